import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlockList, isIP } from 'node:net';
import type { RunBoard, SchedulerEvent, Timer } from '@daybook/core';
import { DaybookError, isBadEnd, processTimer, withoutStack } from '@daybook/core';
import type { Logger } from 'pino';
import { boardOf } from './board.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import type { Limits } from './http/handlers.ts';
import { handlersOf } from './http/handlers.ts';
import type { Answer } from './http/listener.ts';
import { answerBroken, listener } from './http/listener.ts';
import { router } from './http/router.ts';
import type { LogOptions } from './logs.ts';
import { openLog } from './logs.ts';
import type { MetricHooks, Metrics } from './metrics.ts';
import { metrics } from './metrics.ts';
import { openJournal } from './store/journal.ts';
import { tokenBook } from './tokens.ts';

export interface SchedulerServerOptions {
  /** The folder of the journal and the tokens; made if it is not there. One server at a time. */
  readonly state: string;
  /** Default: `127.0.0.1`. Elsewhere than on the loopback it is refused as long as there is no token. */
  readonly host?: string;
  /** Default: 8766. 0 takes a free one. */
  readonly port?: number;
  /** How much of each named resource there is, over all workers. Default: none. */
  readonly resources?: Readonly<Record<string, number>>;
  /** How long a lease lasts without a beat. Default: 60 s. */
  readonly leaseMs?: number;
  /** How many days a run that has ended is kept in memory, where its tasks can be asked for. Default: 7. */
  readonly runDays?: number;
  /** How many days runs and attempts that have ended are told of. Default: 400. */
  readonly historyDays?: number;
  /** A snapshot is taken when the journal behind the last one has more bytes than it and than this. Default: 4 MiB. */
  readonly snapshotBytes?: number;
  /** And when the last one is older than this. Default: 10 minutes. */
  readonly snapshotMs?: number;
  readonly limits?: Partial<Limits & ConnectionLimits>;
  readonly log?: LogOptions;
  readonly hooks?: MetricHooks;
  /** Told of what has happened and when, by the scheduler's clock, once it is durable: for handlers of events. One that throws is logged. */
  readonly event?: (event: SchedulerEvent, atMs: number) => void;
  /** Default: the clock of the machine. */
  readonly nowMs?: () => number;
  /** A clock that nobody sets, and that stands still while the machine sleeps. Default: that of the process; with `nowMs` given, `nowMs`. */
  readonly steadyMs?: () => number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
}

export interface ConnectionLimits {
  /** Default: 512. */
  readonly connections: number;
  /** How long a client may take for its headers. Default: 10 s. */
  readonly headersMs: number;
  /** How long it may take for a whole request. Default: 60 s. */
  readonly requestMs: number;
  /** How long a connection stays open with nothing asked. Default: 75 s. */
  readonly idleMs: number;
}

/** A central scheduler that is listening. */
export interface SchedulerServer {
  readonly url: string;
  readonly port: number;
  /** The scheduler without HTTP, as durable: for the schedules of the same process. */
  readonly board: RunBoard;
  /** Answers what has been asked, refuses what comes after, takes a snapshot, and closes. Calling it twice is harmless. */
  stop(): Promise<void>;
}

const defaultLimits: Limits & ConnectionLimits = {
  operatorBodyBytes: 64 * 1024 ** 2,
  workerBodyBytes: 4 * 1024 ** 2,
  allBodiesBytes: 256 * 1024 ** 2,
  waiting: 256,
  connections: 512,
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 75_000,
};

/**
 * Starts the central scheduler on a state folder: goes on where the last one was, however that ended. Throws a `DaybookError`:
 * `state-in-use`, `state-too-new`, `state-damaged`, `write-failed`, also where its tokens cannot be read, or `usage` where it may
 * not or cannot listen.
 */
export async function startScheduler(options: SchedulerServerOptions): Promise<SchedulerServer> {
  const { state, host = '127.0.0.1', port = 8766, nowMs = Date.now, timer = processTimer } = options;
  const steadyMs = options.steadyMs ?? options.nowMs ?? ((): number => performance.now());
  const limits = { ...defaultLimits, ...options.limits };
  const log = openLog(options.log);
  const tokens = tokenBook(state, {
    steadyMs,
    unreadable: ({ code, message }) => log.error({ code, why: message }, 'tokens-unreadable'),
  });
  const guarded = tokens.any();
  if (!isLoopback(host) && !guarded)
    throw new DaybookError(
      'usage',
      `The scheduler does not listen on ${host} without any token: make one first with \`daybook token create --role operator --state ${state}\`.`,
    );
  const figures = metrics(options.hooks ?? {});
  const journal = await openJournal(state);
  const engine = await started(
    startEngine({
      journal,
      machine: {
        ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
        ...(options.runDays === undefined ? {} : { retentionMs: options.runDays * 86_400_000 }),
        ...(options.resources === undefined ? {} : { resources: options.resources }),
      },
      nowMs,
      timer,
      steadyMs,
      log,
      snapshotBytes: options.snapshotBytes ?? 4 * 1024 ** 2,
      snapshotMs: options.snapshotMs ?? 600_000,
      historyMs: (options.historyDays ?? 400) * 86_400_000,
      happened: (event, atMs) => tell(event, atMs, log, figures, options.event),
    }),
    () => journal.close(),
  );
  figures.workersBefore(await started(workerNames(engine), () => engine.stop()));
  const { snapshot, entries } = journal.loaded;
  log.info({ snapshot: snapshot?.seq ?? 0, entries: entries.length }, 'played-back');
  const measured = measuring(engine, figures);
  const stopping = new AbortController();
  const handlers = handlersOf({
    engine: measured,
    limits,
    nowMs,
    log,
    stopping: stopping.signal,
    metrics: () => scraped(engine, figures, nowMs),
  });
  const answering = listener(router(handlers, tokens), log, stopping.signal);
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(5000, limits.headersMs),
      maxHeaderSize: 16 * 1024,
      // Node's own refusal would not be in the form of ours.
      requireHostHeader: false,
    },
    answering,
  );
  // Whatever else a client expects it gets as an answer to its request.
  server.on('checkExpectation', answering);
  server.maxConnections = limits.connections;
  server.on('clientError', answerBroken);
  const address = await started(listening(server, host, port), () => engine.stop());
  const url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  log.info({ url, process: process.pid }, 'listening');
  let stopped: Promise<void> | undefined;
  return {
    url,
    port: address.port,
    board: boardOf(measured, { nowMs, signal: stopping.signal }),
    stop: () => (stopped ??= stop(server, engine, stopping, log)),
  };
}

async function stop(server: Server, engine: Engine, stopping: AbortController, log: Logger): Promise<void> {
  stopping.abort();
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Who is in the middle of asking gets an answer, and then the connection is closed.
  const late = setTimeout(() => server.closeAllConnections(), 5000);
  await closed;
  clearTimeout(late);
  await engine.stop();
  log.info({}, 'stopped');
}

function measuring(engine: Engine, figures: Metrics): Engine {
  return {
    ...engine,
    async ask(request) {
      const startMs = performance.now();
      const answered = await engine.ask(request);
      figures.answered(request.kind, (performance.now() - startMs) / 1000);
      if (request.kind === 'beat') figures.clustersLived(request.worker, request.clusterHours ?? {});
      return answered;
    },
  };
}

/** The metrics are there when the journal is not, too: they are how one learns of it. Exported for its test. */
export async function scraped(
  engine: Pick<Engine, 'read'>,
  figures: Metrics,
  nowMs: () => number,
): Promise<Answer> {
  let works = true;
  try {
    await engine.read((scheduler) => figures.look(scheduler, nowMs()));
  } catch (error) {
    if (!(error instanceof DaybookError)) throw error;
    works = false;
  }
  figures.journalWorks(works);
  return await figures.text();
}

async function workerNames(engine: Engine): Promise<readonly string[]> {
  return await engine.read((scheduler) => scheduler.workers().map(({ name }) => name));
}

function tell(
  event: SchedulerEvent,
  atMs: number,
  log: Logger,
  figures: Metrics,
  handler: SchedulerServerOptions['event'],
): void {
  figures.happened(event);
  const { kind, ...facts } = event;
  if ('end' in facts) {
    const { end, ...others } = facts;
    const error = 'error' in end ? { error: withoutStack(end.error) } : {};
    log[isBadEnd(end) ? 'warn' : 'info']({ ...others, outcome: end.kind, ...error }, kind);
  } else if (typeof facts.run === 'string') {
    log.info(facts, kind);
  } else {
    const { outcome } = facts.run;
    log[outcome === 'failed' || outcome === 'blocked' ? 'warn' : 'info'](facts.run, kind);
  }
  try {
    handler?.(event, atMs);
  } catch (error) {
    log.error({ why: error instanceof Error ? error.message : String(error) }, 'handler-failed');
  }
}

async function started<T>(starting: Promise<T>, undo: () => Promise<void>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    await undo();
    throw error;
  }
}

function listening(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new DaybookError(
          'usage',
          `The scheduler cannot listen on ${host}:${port}: ${error.message}. Choose another with --port or --host.`,
          {
            cause: error,
          },
        ),
      ),
    );
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  if (family === 0) return false;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
