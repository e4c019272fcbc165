import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';
import type { Fault } from '../faults.ts';
import type { Answer } from './answer.ts';

/** How the body goes over the wire. */
export interface Sending {
  readonly gzip: boolean;
  /** A `cut-body` or `stall` on the way. */
  readonly fault: Fault | undefined;
}

/** Sends an answer, as fast as the client takes it. Ends quietly when the client goes away. */
export async function send(response: ServerResponse, answer: Answer, sending: Sending): Promise<void> {
  const { fault } = sending;
  const stalled = fault?.kind === 'stall' ? fault : undefined;
  if (stalled !== undefined && (answer.body === undefined || !stalled.afterBytes)) {
    await pause(response, stalled);
    if (response.destroyed) return;
  }
  response.writeHead(answer.status, headersOf(answer, sending.gzip));
  if (answer.body === undefined) {
    response.end();
    return;
  }
  const bytes = encoded(answer.body, sending.gzip);
  if (fault?.kind === 'cut-body') {
    await sendCut(response, bytes, fault.afterBytes ?? 0);
    return;
  }
  const source = stalled?.afterBytes ? withStall(response, bytes, stalled) : bytes;
  await pipeline(source, response);
}

function headersOf(answer: Answer, gzip: boolean): Record<string, string> {
  return gzip ? { ...answer.headers, 'content-encoding': 'gzip' } : { ...answer.headers };
}

function encoded(body: Buffer | Iterable<Buffer>, gzip: boolean): Readable {
  const source = Readable.from(Buffer.isBuffer(body) ? [body] : body, { objectMode: false });
  if (!gzip) return source;
  const compressed = createGzip({ level: constants.Z_BEST_SPEED });
  pipeline(source, compressed).catch((error: unknown) => compressed.destroy(error as Error));
  return compressed;
}

/** Sends so many bytes, always fewer than there are, and ends the connection. */
async function sendCut(response: ServerResponse, bytes: Readable, afterBytes: number): Promise<void> {
  let sent = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    if (held.length > 0) await written(response, held);
    sent += held.length;
    held = chunk;
    if (response.destroyed || sent + held.length > afterBytes) break;
  }
  const last = held.subarray(0, Math.max(0, Math.min(afterBytes - sent, held.length - 1)));
  response.flushHeaders();
  if (last.length > 0) await written(response, last);
  response.destroy();
}

/** Resolves when the bytes are off to the client, or it is gone. */
async function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(bytes, () => resolve());
  });
}

async function* withStall(response: ServerResponse, bytes: Readable, fault: Fault): AsyncGenerator<Buffer> {
  let left = fault.afterBytes ?? 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    if (left < 0 || chunk.length < left) {
      left -= left < 0 ? 0 : chunk.length;
      yield chunk;
      continue;
    }
    if (left > 0) yield chunk.subarray(0, left);
    await pause(response, fault);
    yield chunk.subarray(left);
    left = -1;
  }
}

/** Waits as long as the fault says, or until the client goes away. */
async function pause(response: ServerResponse, fault: Fault): Promise<void> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  response.once('close', abort);
  await setTimeout(fault.stallMs ?? 1_000, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off('close', abort);
}
