import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service-error.ts';

const mostBytes = 4_194_304;

/** The request's body as JSON; an empty one is an empty object. Throws `SerializationException` or `RequestEntityTooLarge`. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      throw new ServiceError('RequestEntityTooLarge', `The body is over ${mostBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new ServiceError('SerializationException', 'The body is not JSON.');
  }
}
