import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatorError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { createFaults, type Fault, type FaultKind, type Faults } from '../faults.ts';
import { errorAnswer, type Answer } from './answer.ts';
import { answerControl } from './control.ts';
import { answerDays, defaultPageLimit, pageAnswer } from './days.ts';
import { readJson } from './read-json.ts';
import { send } from './send.ts';

/** How an exchange is served. */
export interface ExchangeServerOptions {
  readonly exchange: Exchange;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Faults to begin with, as if asked for by `POST /control/faults`. */
  readonly faults?: readonly Fault[];
  /** The probability of each kind of fault by seed. Default 0. */
  readonly faultRate?: number;
  /** The kinds that come by seed. Default all. */
  readonly faultKinds?: readonly FaultKind[];
  /** The most lines of a page. Default 100,000. */
  readonly pageLimit?: number;
  /** Told of each request to `/v1/` as its answer begins. */
  readonly onRequest?: (request: ServedRequest) => void;
}

/** A request to `/v1/` that was answered, for tests that count them. */
export interface ServedRequest {
  /** Path and query. */
  readonly url: string;
  /** 0 when the connection was reset instead. */
  readonly status: number;
  readonly fault?: FaultKind;
}

/** A server that is up. */
export interface ExchangeServer {
  /** Such as `http://127.0.0.1:4301`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly exchange: Exchange;
  readonly faults: Faults;
  /** Ends the server and its connections at once. */
  readonly close: () => Promise<void>;
}

/** Serves an exchange over HTTP; resolves when it listens. Rejects with `bad-option` or the reason it cannot listen. */
export async function startExchangeServer(options: ExchangeServerOptions): Promise<ExchangeServer> {
  const { exchange, port = 0, host = '127.0.0.1', pageLimit = defaultPageLimit } = options;
  if (!Number.isSafeInteger(pageLimit) || pageLimit < 1) {
    throw new SimulatorError('bad-option', `pageLimit is a whole number from 1 on, not ${pageLimit}.`);
  }
  const faults = createFaults({
    seed: exchange.books.seed,
    ...(options.faultRate === undefined ? {} : { rate: options.faultRate }),
    ...(options.faultKinds === undefined ? {} : { kinds: options.faultKinds }),
  });
  for (const fault of options.faults ?? []) faults.add(fault);
  const service: Service = { exchange, faults, pageLimit, onRequest: options.onRequest ?? (() => undefined) };
  const server = createServer((request, response) => {
    handle(service, request, response).catch((error: unknown) => fail(response, error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = server.address() as AddressInfo;
  return Object.freeze({
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    exchange,
    faults,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

interface Service {
  readonly exchange: Exchange;
  readonly faults: Faults;
  readonly pageLimit: number;
  readonly onRequest: (request: ServedRequest) => void;
}

async function handle(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const url = URL.parse(target, 'http://exchange');
  if (url === null) {
    await send(response, errorAnswer(400, 'The path cannot be read: ask for /v1/days/<date>.'), plain);
    return;
  }
  if (url.pathname.startsWith('/control/')) {
    await send(response, await control(service, request, url.pathname), plain);
    return;
  }
  const answer = await answerOrError(() => answerV1(service, request, url));
  const page = answer.page;
  const fault = service.faults.take({
    url: target,
    hasBody: answer.status === 200,
    ...(page === undefined ? {} : { page }),
  });
  const faulty = fault === undefined ? answer : answerWith(fault, answer, service.exchange);
  service.onRequest({
    url: target,
    status: fault?.kind === 'reset' ? 0 : faulty.status,
    ...(fault === undefined ? {} : { fault: fault.kind }),
  });
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const gzip = faulty.page !== undefined && acceptsGzip(request.headers['accept-encoding']);
  await send(response, faulty, { gzip, fault });
}

const plain = { gzip: false, fault: undefined };

async function answerV1(service: Service, request: IncomingMessage, url: URL): Promise<Answer> {
  const { exchange, pageLimit } = service;
  const answer = await answerDays(exchange, url, request.headers['if-none-match'], pageLimit);
  if (answer === undefined) {
    const known = '/v1/days/<date> and /v1/days/<date>/transactions';
    return errorAnswer(404, `There is no ${url.pathname.slice(0, 200)}: there are ${known}.`);
  }
  if (request.method === 'GET') return answer;
  const refusal = errorAnswer(405, `${request.method} is not served: use GET.`);
  return { ...refusal, headers: { ...refusal.headers, allow: 'GET' } };
}

/** The answer as the fault leaves it; faults of the connection are not of this place. */
function answerWith(fault: Fault, answer: Answer, exchange: Exchange): Answer {
  if (fault.kind === 'error500') {
    return errorAnswer(500, 'The exchange failed: a fault that was asked for. Try again.');
  }
  const page = answer.page;
  if (page === undefined) return answer;
  const { date, after, limit, lines } = page;
  if (fault.kind === 'etag-moves') return pageAnswer(exchange.addLate(date, 1), after, limit);
  if (fault.kind === 'repeat-page') return pageAnswer(exchange.day(date), Math.max(0, after - limit), limit);
  if (fault.kind === 'short-page') {
    return pageAnswer(exchange.day(date), after, fault.lines ?? Math.max(1, Math.floor(lines / 3)));
  }
  return answer;
}

async function control(service: Service, request: IncomingMessage, path: string): Promise<Answer> {
  if (!isLoopback(request.socket.remoteAddress)) {
    return errorAnswer(403, '/control/ is served to this machine alone: ask from 127.0.0.1.');
  }
  return await answerOrError(async () =>
    answerControl(service, `${request.method} ${path.slice(0, 200)}`, await readJson(request)),
  );
}

async function answerOrError(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    return errorAnswer(error.code === 'day-not-closed' ? 409 : 400, error.message);
  }
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}

/** A client that went away is its own business; anything else is a bug, and says so while the server goes on. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ error: `A bug in the simulator: ${message}` })}\n`);
}
