import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type {
  NextRequest,
  PausedView,
  Request,
  Response,
  RunView,
  SchedulerPort,
  Timer,
} from '@daybook/core';
import { assert, DaybookError, pause, processTimer } from '@daybook/core';
import type { DocumentName, WireKind } from '../api/answers.ts';
import { documentMismatch, responseMismatch, responseTo } from '../api/answers.ts';
import type {
  AheadDocument,
  AttemptsDocument,
  RunsDocument,
  TasksDocument,
  WorkersDocument,
} from '../api/documents.ts';
import type { HttpAnswer } from './exchange.ts';
import { exchange } from './exchange.ts';
import { verdictOf } from './verdict.ts';

export interface SchedulerClientOptions {
  /** Such as `http://127.0.0.1:8766`, or with `https` and a path where a proxy stands before it. */
  readonly url: string;
  /** A bearer token: what `daybook token create` printed. */
  readonly token: string;
  /** How long it is tried to reach the scheduler before it is called unreachable. Default: 2 minutes. */
  readonly giveUpMs?: number;
  /** How long a question for work waits at the scheduler for some, at most 30 s. Default: 5 s. */
  readonly workWaitSeconds?: number;
  /** How long one answer may take besides. Default: 30 s. */
  readonly timeoutMs?: number;
  /** Ends every question that waits, which then rejects. */
  readonly signal?: AbortSignal;
  /** Told why a question is asked again. */
  readonly again?: (why: string) => void;
  /** Default: the clock of the process. */
  readonly nowMs?: () => number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
}

/**
 * A scheduler behind HTTP. Every request carries ids of its own making, and asked again it is answered as before: so whatever
 * got no answer is sent again, over kept connections, with growing pauses. Throws `scheduler-unreachable` when no answer came
 * for `giveUpMs`, and `scheduler-refused` where asking again would not help: a token that is not known or may not, another
 * version of Daybook, or what is no scheduler. A request that is too large, or none of the protocol, is answered with `refused`.
 */
export interface SchedulerClient {
  /** A worker cannot tell it from a scheduler in its own process. */
  readonly port: SchedulerPort;
  runs(asked?: { readonly limit?: number }): Promise<RunsDocument>;
  /** Undefined where there is no such run. */
  run(id: string): Promise<RunView | undefined>;
  /** The tasks of a run that changed since, undefined where there is no such run; waits up to so many seconds, at most 30, where there are none yet. */
  tasks(
    run: string,
    asked?: { readonly changedSince?: number; readonly waitSeconds?: number },
  ): Promise<TasksDocument | undefined>;
  workers(): Promise<WorkersDocument>;
  ahead(): Promise<AheadDocument>;
  paused(): Promise<PausedView>;
  /** Attempts that have ended, newest first. */
  attempts(asked?: {
    readonly run?: string;
    readonly task?: string;
    readonly limit?: number;
  }): Promise<AttemptsDocument>;
  close(): void;
}

interface Try {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string;
  readonly mismatch: (value: unknown) => string | undefined;
  readonly waitMs?: number;
  /** Ends this one. */
  readonly signal?: AbortSignal | undefined;
}

/** Short, for whatever stands between may end what is quiet for long. */
const defaultWorkWaitSeconds = 5;
const firstPauseMs = 100;
const longestPauseMs = 5000;

export function schedulerPort(options: SchedulerClientOptions): SchedulerPort {
  return schedulerClient(options).port;
}

export function schedulerClient(options: SchedulerClientOptions): SchedulerClient {
  const base = checkedUrl(options.url);
  checkToken(options.token);
  const agent = base.protocol === 'https:' ? new HttpsAgent(kept) : new HttpAgent(kept);
  const ask = asking(options, base, agent);
  const get = async <T>(
    name: DocumentName,
    path: string,
    rest: Pick<Try, 'query' | 'waitMs'> = {},
  ): Promise<T> => (await ask({ path, ...rest, mismatch: (value) => documentMismatch(name, value) })) as T;
  return {
    port: async (request, signal) => {
      const { kind } = request as Request;
      assert(isWireKind(kind), `A ${kind} is no request that goes over HTTP.`);
      const waits = kind === 'next' && (request as NextRequest).attempts.length > 0;
      const waitSeconds = waits ? (options.workWaitSeconds ?? defaultWorkWaitSeconds) : 0;
      return (await ask({
        path: 'v1/requests',
        ...(waitSeconds === 0 ? {} : { query: { wait: waitSeconds }, waitMs: waitSeconds * 1000 }),
        body: JSON.stringify(request),
        mismatch: (value) => responseMismatch(kind, value),
        signal,
      })) as Response as never;
    },
    runs: (asked = {}) => get('runs', 'v1/runs', { query: { limit: asked.limit } }),
    run: (id) => get('run', `v1/runs/${encodeURIComponent(id)}`),
    tasks: (run, { changedSince, waitSeconds = 0 } = {}) =>
      get('tasks', `v1/runs/${encodeURIComponent(run)}/tasks`, {
        query: { 'changed-since': changedSince, wait: waitSeconds },
        waitMs: waitSeconds * 1000,
      }),
    workers: () => get('workers', 'v1/workers'),
    ahead: () => get('ahead', 'v1/ahead'),
    paused: () => get('paused', 'v1/paused'),
    attempts: (asked = {}) => get('attempts', 'v1/attempts', { query: { ...asked } }),
    close: () => agent.destroy(),
  };
}

const kept = { keepAlive: true, keepAliveMsecs: 10_000 };

/** Asks until there is an answer, or none is to be expected. */
function asking(
  options: SchedulerClientOptions,
  base: URL,
  agent: HttpAgent,
): (what: Try) => Promise<unknown> {
  const { token, giveUpMs = 120_000, timeoutMs = 30_000, nowMs = Date.now, timer = processTimer } = options;
  const at = base.href.replace(/\/$/, '');
  return async ({ path, query = {}, body, mismatch, waitMs = 0, signal: own }) => {
    const signal = either(options.signal, own);
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const sinceMs = nowMs();
    for (let failures = 0; ; failures += 1) {
      signal?.throwIfAborted();
      let why: string;
      try {
        const answer: HttpAnswer = await exchange({
          method: body === undefined ? 'GET' : 'POST',
          url,
          ...(body === undefined ? {} : { body }),
          token,
          agent,
          timeoutMs: timeoutMs + waitMs,
          signal,
        });
        const verdict = verdictOf(answer, at, mismatch);
        if (verdict.kind === 'answer') return verdict.value;
        if (verdict.kind === 'absent') return undefined;
        if (verdict.kind === 'refused') throw verdict.error;
        why = verdict.why;
      } catch (error) {
        if (error instanceof DaybookError) throw error;
        signal?.throwIfAborted();
        why = reasonOf(error);
      }
      const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2);
      if (nowMs() - sinceMs + pauseMs > giveUpMs)
        throw new DaybookError(
          'scheduler-unreachable',
          `The scheduler at ${at} has given no answer for ${Math.round(giveUpMs / 1000)} s: ${why}. See that \`daybook serve\` runs there and that nothing stands between.`,
        );
      options.again?.(why);
      await pause(timer, pauseMs, signal);
    }
  };
}

/** A signal that aborts with the first of two that does. */
function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new DaybookError(
      'usage',
      `The scheduler's URL has to begin with http:// or https://: ${hidden(text)}.`,
    );
  if (url.username !== '' || url.password !== '')
    throw new DaybookError(
      'usage',
      "The scheduler's URL holds a name or a password: give the token in DAYBOOK_TOKEN instead.",
    );
  return url;
}

/** A text that should have been a URL may hold anything. */
function hidden(text: string): string {
  return text.includes('@') ? 'it is not shown here' : text;
}

function checkToken(token: string): void {
  if (!/^[\w.~+/=-]+$/.test(token))
    throw new DaybookError(
      'usage',
      'The token for the scheduler is missing or is none: set DAYBOOK_TOKEN to what `daybook token create` printed.',
    );
}

function isWireKind(kind: string): kind is WireKind {
  return Object.hasOwn(responseTo, kind);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  // A refused connection to several addresses has no message of its own.
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
