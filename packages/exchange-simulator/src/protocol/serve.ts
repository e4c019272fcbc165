import type { IncomingMessage, ServerResponse } from 'node:http';
import { SimulatorError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Fault, FaultKind, Faults } from '../faults.ts';
import { errorAnswer, type Answer } from './answer.ts';
import { answerControl } from './control.ts';
import { answerDays, pageAnswer } from './days.ts';
import { readJson } from './read-json.ts';
import { send } from './send.ts';

/** A request to `/v1/` that was answered, for tests that count them. */
export interface ServedRequest {
  /** Path and query. */
  readonly url: string;
  /** 0 when the connection was reset instead. */
  readonly status: number;
  readonly fault?: FaultKind;
}

/** What requests are answered from. */
export interface Service {
  readonly exchange: Exchange;
  readonly faults: Faults;
  readonly pageLimit: number;
  readonly onRequest: (request: ServedRequest) => void;
}

/** Answers one request, whatever it is; never rejects. */
export async function serve(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handle(service, request, response);
  } catch (error) {
    fail(response, error);
  }
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
    return errorAnswer(500, 'The exchange failed, as the simulator was told to. Try again.');
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

const clientWentAway = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE']);

/** A client that went away is its own business; anything else is a bug, and says so while the server goes on. */
function fail(response: ServerResponse, error: unknown): void {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code !== undefined && clientWentAway.has(code)) return;
  process.emitWarning(`A bug in the simulator: ${message}`);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ error: `A bug in the simulator: ${message}` })}\n`);
}
