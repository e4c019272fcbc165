import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from '@daybook/core/testing';

/** What goes wrong with one request on its way. */
export type Fault =
  /** The server acts on it, and the connection breaks before its answer; `answered` is called and waited for in between. */
  | { readonly kind: 'lose-answer'; readonly answered?: () => Promise<void> }
  /** The answer's body breaks off after so many bytes. */
  | { readonly kind: 'cut-body'; readonly afterBytes: number }
  /** The answer's body is silent from so many bytes on. */
  | { readonly kind: 'stall-body'; readonly afterBytes: number }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Nothing; `answered` is called when the answer has come and before it goes on. */
  | { readonly kind: 'watch'; readonly answered: () => void }
  /** The server never sees it, and the connection breaks. */
  | { readonly kind: 'reset' }
  /** The server never sees it, and there is no answer. */
  | { readonly kind: 'silence' }
  /** The server never sees it, and somebody else answers with this status and error. */
  | { readonly kind: 'answer'; readonly status: number; readonly code: string };

/** A request as the proxy saw it. */
export interface SeenRequest {
  readonly method: string;
  /** With the bucket, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Says of a request what goes wrong with it; `nth` counts from 1 those of the same method and path. It may do something first. */
export type Faults = (request: SeenRequest, nth: number) => Fault | undefined | Promise<Fault | undefined>;

/** A proxy before a server that speaks S3. */
export interface FaultProxy {
  readonly endpoint: string;
  /** All that were seen, in order. */
  readonly seen: readonly SeenRequest[];
  /** How many are neither answered nor given up. */
  underWay(): number;
  /** Breaks every connection that there is. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy before `endpoint`, which may move, that does to each request what `faults` says. */
export async function faultProxy(endpoint: string | (() => string), faults: Faults): Promise<FaultProxy> {
  const endpointNow = typeof endpoint === 'string' ? () => endpoint : endpoint;
  const seen: SeenRequest[] = [];
  const counts = new Map<string, number>();
  let underWay = 0;
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://proxy');
    const told: SeenRequest = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: request.headers as SeenRequest['headers'],
    };
    seen.push(told);
    const key = `${told.method} ${told.path}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    underWay += 1;
    response.on('close', () => {
      underWay -= 1;
    });
    const nth = counts.get(key) ?? 0;
    const passing = async (): Promise<void> =>
      pass(endpointNow(), request, response, await faults(told, nth));
    passing().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    underWay: () => underWay,
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Faults by seed: about one request in `times` meets one. */
export function seededFaults(random: SeededRandom, times: number): Faults {
  return () => {
    if (!random.oneIn(times)) return undefined;
    return random.pick<Fault>([
      { kind: 'lose-answer' },
      { kind: 'cut-body', afterBytes: random.below(3_000_000) },
      { kind: 'delay', delayMs: random.below(40) },
      { kind: 'reset' },
      { kind: 'answer', status: 503, code: 'SlowDown' },
      { kind: 'answer', status: 500, code: 'InternalError' },
    ]);
  };
}

async function pass(
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  if (fault?.kind === 'silence') return;
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'answer') {
    request.resume();
    await once(request, 'end');
    response.writeHead(fault.status, { 'content-type': 'application/xml', etag: '"made-up"' });
    response.end(request.method === 'HEAD' || fault.status === 200 ? undefined : errorDocument(fault.code));
    return;
  }
  if (fault?.kind === 'delay') await wait(fault.delayMs);
  // The header `host` stays that of the proxy, for the client has signed it.
  const onward = send(new URL(request.url ?? '/', endpoint), {
    method: request.method ?? 'GET',
    headers: request.headers,
    agent: false,
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
  // An aborted request must not reach the server as a whole one.
  response.on('close', () => response.writableFinished || onward.destroy());
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  answer.on('error', () => response.destroy());
  if (fault?.kind === 'lose-answer') {
    answer.resume();
    await once(answer, 'end');
    await fault.answered?.();
    request.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'watch') fault.answered();
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  if (fault?.kind === 'cut-body' || fault?.kind === 'stall-body')
    await passSome(answer, response, fault.afterBytes, fault.kind === 'cut-body');
  else answer.pipe(response);
}

async function passSome(
  answer: IncomingMessage,
  response: ServerResponse,
  afterBytes: number,
  cut: boolean,
): Promise<void> {
  let left = afterBytes;
  for await (const chunk of answer) {
    const some = (chunk as Buffer).subarray(0, left);
    if (!response.write(some)) await once(response, 'drain');
    left -= some.length;
    if (left > 0) continue;
    // What was written must have left before the connection goes.
    await wait(20);
    if (cut) response.socket?.destroy();
    return;
  }
  response.end();
}

function errorDocument(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>secret talk of the store</Message><RequestId>R1</RequestId></Error>`;
}
