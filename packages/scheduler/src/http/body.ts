import type { IncomingMessage } from 'node:http';
import { Refusal } from './problem.ts';

/** Counts the bytes of all bodies that are under way, so that many big ones at once do not exhaust the memory. */
export interface BodyBudget {
  bytes: number;
  readonly maxBytes: number;
}

/** Reads a body of at most `maxBytes`. A longer one is refused as soon as it is known to be, and no more of it is kept. */
export function readBody(request: IncomingMessage, maxBytes: number, budget: BodyBudget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      budget.bytes -= bytes;
      chunks.splice(0);
      settle();
    };
    const tooLarge = (): void =>
      end(() =>
        reject(new Refusal('body-too-large', `With this token a request has at most ${maxBytes} bytes.`)),
      );
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      tooLarge();
      request.resume();
      return;
    }
    request.on('data', (chunk: Buffer) => {
      if (over) return;
      bytes += chunk.length;
      budget.bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) tooLarge();
      else if (budget.bytes > budget.maxBytes)
        end(() =>
          reject(new Refusal('busy', 'Too many large requests arrive at once: ask again in a few seconds.')),
        );
    });
    request.once('end', () => {
      const whole = Buffer.concat(chunks);
      end(() => resolve(whole));
    });
    request.once('close', () =>
      end(() => reject(new Refusal('body-invalid', 'The request was not finished.'))),
    );
  });
}
