import { setImmediate as turn } from 'node:timers/promises';
import { checkConfig } from '../src/config.ts';
import type { AnyTaskDefinition, Config } from '../src/config.ts';
import type { LoadJob } from '../src/job.ts';
import type { Manifest } from '../src/manifest.ts';
import { manifestStore } from '../src/manifest-store.ts';
import { day } from '../src/param.ts';
import { publish } from '../src/publish.ts';
import type { RunOptions, RunResult } from '../src/run.ts';
import { run } from '../src/run.ts';
import type { Runner } from '../src/runner.ts';
import { table } from '../src/schema.ts';
import type { SchedulerPort } from '../src/scheduler-port.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import { workForScheduler } from '../src/remote-worker.ts';
import type { RunBoard } from '../src/submitted-run.ts';
import { submitRun } from '../src/submitted-run.ts';
import type { Timer } from '../src/timer.ts';
import { processTimer } from '../src/timer.ts';
import { sql } from '../src/sql/statement.ts';
import type { Target } from '../src/target.ts';
import { defineTask } from '../src/task.ts';
import { manifestOf } from './manifest-fixture.ts';

export const output = table({ id: 'bigint' });
export const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
};
export const params = { date: day };
export const date = '2018-07-24';
export const today = '2018-08-01';

/** `raw`, from which `left` and `right` are made, from which `report` is, and a wrapper `daily` over it. */
export const raw = defineTask({ name: 'raw', params, output, job: load, refetch: { days: 2 } });
export const left = defineTask({
  name: 'left',
  params,
  inputs: ({ date: of }) => ({ raw: raw({ date: of }) }),
  output,
  job: sql`left`,
});
export const right = defineTask({
  name: 'right',
  params,
  inputs: ({ date: of }) => ({ raw: raw({ date: of }), left: left({ date: of }) }),
  output,
  job: sql`right`,
});
export const report = defineTask({
  name: 'report',
  params,
  inputs: ({ date: of }) => ({ left: left({ date: of }), right: right({ date: of }) }),
  output,
  job: sql`report`,
});
export const daily = defineTask({
  name: 'daily',
  params,
  inputs: ({ date: of }) => ({ report: report({ date: of }) }),
});
/** `rates`, which others publish, and `priced`, which is made from them and from `raw`. */
export const rates = defineTask({ name: 'rates', output });
export const priced = defineTask({
  name: 'priced',
  inputs: () => ({ rates: rates(), raw: raw({ date }) }),
  output,
  job: { kind: 'code', version: '1', run: async () => undefined },
});

export const definitions: readonly AnyTaskDefinition[] = [raw, left, right, report, daily];

export const short = (id: string): string => id.replace(`/date=${date}`, '');

/** Runs on a clock that goes on by ten seconds whenever it is read, so that nobody waits for a retry. */
export async function ran(
  target: Target,
  runner: Runner,
  options: Partial<RunOptions> & { readonly of?: Partial<Config> } = {},
): Promise<RunResult> {
  const { of, ...rest } = options;
  let nowMs = Date.parse(`${today}T06:00:00Z`);
  const config = checkConfig({ targets: target, runners: [runner], tasks: definitions, ...of }, 'test');
  return await run({
    config,
    roots: [daily({ date })],
    today,
    workers: 1,
    nowMs: () => (nowMs += 10_000),
    ...rest,
  });
}

export type Ran = typeof ran;

/** The same through a scheduler that a worker works for, as it does from another machine. */
export const ranElsewhere: Ran = async (target, runner, { of, ...options } = {}) => {
  let nowMs = Date.parse(`${today}T06:00:00Z`);
  const clock = (): number => (nowMs += 10_000);
  const config = checkConfig({ targets: target, runners: [runner], tasks: definitions, ...of }, 'test');
  const scheduler = new Scheduler({
    leaseMs: 24 * 3_600_000,
    patienceMs: Infinity,
    resources: config.resources ?? {},
  });
  const port: SchedulerPort = async (request) => scheduler.handle(request, clock());
  const stop = new AbortController();
  const working = workForScheduler({
    config,
    scheduler: port,
    name: 'w',
    slots: options.workers ?? 1,
    drain: stop.signal,
    signal: new AbortController().signal,
    nowMs: clock,
    timer: quickTimer,
  });
  try {
    return await submitRun({
      config,
      roots: [daily({ date })],
      today,
      nowMs: clock,
      board: boardOf(scheduler, port),
      ...options,
    });
  } finally {
    stop.abort();
    await working;
  }
};

/** The board of a scheduler in this process. */
export function boardOf(scheduler: Scheduler, port: SchedulerPort): RunBoard {
  return {
    port,
    run: async (id) => scheduler.run(id),
    async tasks(run, { changedSince }) {
      await turn();
      const view = scheduler.run(run);
      if (view === undefined) return undefined;
      const tasks = scheduler.tasks({ run, ...(changedSince === 0 ? {} : { changedSince }) });
      return { change: scheduler.change, ended: view.endedMs !== undefined, tasks };
    },
  };
}

/** Nobody waits for less than a second. */
const quickTimer: Timer = (waitMs, act) => {
  if (waitMs > 1000) return processTimer(waitMs, act);
  const soon = setImmediate(act);
  return () => clearImmediate(soon);
};

/** `ok, 2 fresh: left published 2 (input-changed), …` */
export function resultText(result: RunResult): string {
  const tasks = result.tasks.map(({ task, end }) => {
    if (end.kind === 'published' || end.kind === 'unchanged')
      return `${short(task)} ${end.kind} ${end.version} (${end.reason.kind})`;
    return `${short(task)} ${end.kind}${end.kind === 'upstream-failed' ? ` by ${short(end.culprit)}` : ''}`;
  });
  return `${result.outcome}, ${result.fresh} fresh: ${tasks.join(', ')}`;
}

/** Publishes the next version of a task as somebody else would, while a run goes on. */
export async function publishNext(
  target: Target,
  task: string,
  given: Partial<Manifest> = {},
): Promise<void> {
  const now = (await manifestStore(target).current(task))?.manifest;
  const version = (now?.version ?? 0) + 1;
  await publish(target, { ...(now ?? manifestOf({ task })), version, attempt: `other-${version}`, ...given });
}
