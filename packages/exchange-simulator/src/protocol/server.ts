import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatorError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { createFaults, type Fault, type FaultKind, type Faults } from '../faults.ts';
import { defaultPageLimit } from './days.ts';
import { serve, type ServedRequest, type Service } from './serve.ts';

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

/** Serves an exchange over HTTP; resolves when it listens. Rejects with `bad-option` or `cannot-listen`. */
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
  const server = createServer((request, response) => void serve(service, request, response));
  await listen(server, port, host);
  const bound = server.address() as AddressInfo;
  return Object.freeze({
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    exchange,
    faults,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  });
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError('cannot-listen', `${why}. Give another port, or 0 for any free one.`, { cause });
  }
}
