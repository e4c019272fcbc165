import type { IncomingMessage } from 'node:http';
import { SimulatorError } from '../errors.ts';

const mostBytes = 65_536;

/** The request's body as JSON; undefined when it is empty. Throws `bad-option` when it is not JSON or too long. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new SimulatorError('bad-option', `The body is over ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new SimulatorError('bad-option', 'The body is not JSON: send a JSON object.');
  }
}
