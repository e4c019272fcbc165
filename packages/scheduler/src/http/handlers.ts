import type { ErrorCode, Request, RunView } from '@daybook/core';
import { checkRequest, DaybookError } from '@daybook/core';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { WireKind } from '../api/answers.ts';
import { responseTo } from '../api/answers.ts';
import type { AttemptsDocument, RunsDocument, TasksDocument } from '../api/documents.ts';
import { limitMax, requestRoles, waitMaxSeconds } from '../api/routes.ts';
import { awaitWork } from '../await-work.ts';
import { awaitChangedTasks, changedTasks, runOf } from '../board.ts';
import type { Engine } from '../engine.ts';
import type { BodyBudget } from './body.ts';
import { readBody } from './body.ts';
import { parseJson } from './json.ts';
import type { Answer } from './listener.ts';
import { Refusal } from './problem.ts';
import { countIn } from './query.ts';
import type { Handlers } from './router.ts';

/** The limits of what is sent to a server. */
export interface Limits {
  /** The longest body of an operator's request: a submission of 100,000 tasks has some 30 MiB. Default: 64 MiB. */
  readonly operatorBodyBytes: number;
  /** Of a worker's. Default: 4 MiB. */
  readonly workerBodyBytes: number;
  /** All bodies that are on their way at once. Default: 256 MiB. */
  readonly allBodiesBytes: number;
  /** Questions that wait for a change at once. Default: 256. */
  readonly waiting: number;
}

export interface HandlerOptions {
  readonly engine: Engine;
  readonly limits: Limits;
  readonly nowMs: () => number;
  readonly log: Logger;
  metrics(): Promise<Answer>;
  /** Aborts when the server is stopping: whoever waits is answered. */
  readonly stopping: AbortSignal;
}

/** What each route does. */
export function handlersOf(options: HandlerOptions): Handlers {
  const { engine, limits, nowMs, stopping } = options;
  const budget: BodyBudget = { bytes: 0, maxBytes: limits.allBodiesBytes };
  let waiting = 0;
  /** Answers a question that may wait, until its client has gone or the server stops; without a signal where too many wait. */
  const whileThere = async <T>(
    request: IncomingMessage,
    answer: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> => {
    if (waiting >= limits.waiting) return await answer(undefined);
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    request.socket.once('close', leave);
    waiting += 1;
    try {
      return await answer(AbortSignal.any([gone.signal, stopping]));
    } finally {
      waiting -= 1;
      request.socket.off('close', leave);
    }
  };
  return {
    ask: async ({ request, role, token, query }) => {
      if (stopping.aborted) throw new Refusal('stopping', 'Ask again in a moment: it starts again.');
      if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
        throw new Refusal('media-type-unknown');
      const most = role === 'operator' ? limits.operatorBodyBytes : limits.workerBodyBytes;
      const parsed = parseJson(await readBody(request, most, budget));
      if (parsed.kind === 'refused') throw new Refusal('body-invalid', parsed.why);
      const checked = checkedRequest(parsed.value);
      if (role === undefined || !requestRoles[checked.kind].includes(role))
        throw new Refusal(
          'role-insufficient',
          `A ${checked.kind} takes the role ${requestRoles[checked.kind].join(' or ')}.`,
        );
      const waitSeconds = countIn(query, 'wait', 0, waitMaxSeconds);
      const { response, text } = await kept(
        checked.kind === 'next' && waitSeconds > 0
          ? whileThere(request, async (signal) =>
              signal === undefined
                ? await engine.ask(checked)
                : await awaitWork(engine, checked, nowMs() + 1000 * waitSeconds, { nowMs, signal }),
            )
          : engine.ask(checked),
      );
      if (requestRoles[checked.kind].length === 1)
        options.log.info(
          { kind: checked.kind, ...placeOf(checked), by: token, answer: response.kind },
          'asked',
        );
      return { body: text };
    },
    runs: async ({ query }) => {
      const limit = countIn(query, 'limit', 100, limitMax);
      const open = await kept(engine.read((scheduler) => scheduler.runs()));
      const known = new Set(open.map(({ run }) => run));
      const ended = (await kept(engine.endedRuns(limit)))
        .filter(({ run }) => !known.has(run))
        .map(({ facts }) => JSON.parse(facts) as RunView);
      const newestFirst = [...open, ...ended].toSorted((a, b) => b.submittedMs - a.submittedMs);
      return json({ runs: newestFirst.slice(0, limit) } satisfies RunsDocument);
    },
    run: async ({ run }) => {
      const view = await kept(runOf(engine, run));
      if (view === undefined) throw unknownRun();
      return json(view);
    },
    tasks: async ({ request, run, query }) => {
      const changedSince = countIn(query, 'changed-since', 0, Number.MAX_SAFE_INTEGER);
      const untilMs = nowMs() + 1000 * countIn(query, 'wait', 0, waitMaxSeconds);
      const found = await kept(
        whileThere(request, async (signal) =>
          signal === undefined
            ? await changedTasks(engine, run, changedSince)
            : await awaitChangedTasks(engine, { run, changedSince, untilMs }, { nowMs, signal }),
        ),
      );
      if (found === undefined) throw unknownRun();
      return json(found satisfies TasksDocument);
    },
    workers: async () => json({ workers: await kept(engine.read((scheduler) => scheduler.workers())) }),
    ahead: async () => json({ ahead: await kept(engine.read((scheduler) => scheduler.ahead())) }),
    paused: async () => json(await kept(engine.read((scheduler) => scheduler.paused()))),
    attempts: async ({ query }) => {
      const [run, task] = [query.get('run'), query.get('task')];
      const limit = countIn(query, 'limit', 100, limitMax);
      const rows = await kept(
        engine.attempts({
          ...(run === undefined ? {} : { run }),
          ...(task === undefined ? {} : { task }),
          limit,
        }),
      );
      const attempts = rows.map(({ facts, ...row }) => ({
        ...row,
        end: JSON.parse(facts) as Readonly<Record<string, unknown>>,
      }));
      return json({ attempts } satisfies AttemptsDocument);
    },
    metrics: async () => await options.metrics(),
    healthy: async () => json({ ok: true }),
    ready: async () => {
      if (stopping.aborted) return { ...json({ ok: false, why: 'it is stopping' }), status: 503 };
      const fault = await engine.fault();
      if (fault === undefined) return json({ ok: true });
      return { ...json({ ok: false, why: whyOf(fault.code) }), status: 503 };
    },
  };
}

function json(value: unknown): Answer {
  return { body: JSON.stringify(value) };
}

function checkedRequest(value: unknown): Extract<Request, { readonly kind: WireKind }> {
  const checked = checkRequest(value);
  if (checked.kind === 'refused') throw new Refusal('request-refused', checked.why);
  if (!isFromOutside(checked))
    throw new Refusal('request-refused', `A ${checked.kind} is asked by the server alone.`);
  return checked;
}

function isFromOutside(request: Request): request is Extract<Request, { readonly kind: WireKind }> {
  return Object.hasOwn(responseTo, request.kind);
}

/** What of a request is told in the log. */
function placeOf(request: Request): Readonly<Record<string, unknown>> {
  if (request.kind === 'submit') return { run: request.run, tasks: request.tasks.length };
  return 'run' in request || 'task' in request ? { run: request.run, task: request.task } : {};
}

/** Waits for an answer of the engine. Where its journal failed, that is a problem whose detail names no path. */
async function kept<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DaybookError) throw new Refusal('state-unwritable', whyOf(error.code));
    throw error;
  }
}

function whyOf(code: ErrorCode): string {
  return `Nothing was answered that was not kept. The log of the server says what to do: ${code}.`;
}

function unknownRun(): Refusal {
  return new Refusal('run-unknown', 'It was never submitted here, or its history was kept no longer.');
}
