import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { protocolHeader, protocolVersion } from '../api/protocol-version.ts';
import type { Role } from '../tokens.ts';
import type { Problem, ProblemKind } from './problem.ts';
import { problem, Refusal } from './problem.ts';

/** What a route gives back: JSON text, or text of another type. */
export interface Answer {
  readonly body: string;
  readonly type?: string;
  readonly status?: number;
}

/** What is learnt of a request while it is answered, for the log. */
export interface Visit {
  role?: Role;
}

const headers = {
  [protocolHeader]: String(protocolVersion),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/**
 * Answers every request with what `answer` gives, or with a problem document. Whatever is thrown that is no `Refusal` is a
 * bug of ours: it is logged, and answered without anything of its insides.
 */
export function listener(
  answer: (request: IncomingMessage, visit: Visit) => Promise<Answer>,
  log: Logger,
  stopping: AbortSignal,
): RequestListener {
  return (request, response) => {
    const visit: Visit = {};
    const startMs = performance.now();
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - startMs);
      log.debug({ ...placeOf(request), status: response.statusCode, durationMs, ...visit }, 'answered');
    });
    // A client that goes away in the middle is nobody's fault.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const last = (): void => {
      if (stopping.aborted) response.setHeader('connection', 'close');
    };
    answer(request, visit)
      .finally(last)
      .then(
        ({ body, type = 'application/json', status = 200 }) => send(response, status, type, body),
        (error: unknown) => refuse(request, response, problemOf(error, log)),
      );
  };
}

/** Answers what is not even HTTP, or did not come in time, on the bare connection. */
export function answerBroken(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const known: Readonly<Record<string, ProblemKind>> = {
    HPE_HEADER_OVERFLOW: 'headers-too-large',
    ERR_HTTP_REQUEST_TIMEOUT: 'request-slow',
  };
  const told = problem(known[error.code ?? ''] ?? 'body-invalid');
  const body = JSON.stringify(told);
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${told.status} ${told.title}\r\n${lines.join('')}\r\n${body}`);
}

/** What was asked for, without the parameters: whoever errs may have put anything there. */
function placeOf({ method, url = '' }: IncomingMessage): Readonly<Record<string, unknown>> {
  return { method, path: url.split('?', 1)[0] };
}

function problemOf(error: unknown, log: Logger): Problem {
  if (error instanceof Refusal) return error.problem;
  log.error({ error: error instanceof Error ? error.stack : String(error) }, 'bug');
  return problem('bug');
}

function refuse(request: IncomingMessage, response: ServerResponse, told: Problem): void {
  if (told.status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (told.status === 503) response.setHeader('retry-after', '1');
  // What a stranger still sends is not read to its end.
  if (!request.complete && told.status !== 413) response.setHeader('connection', 'close');
  send(response, told.status, 'application/problem+json', JSON.stringify(told));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
