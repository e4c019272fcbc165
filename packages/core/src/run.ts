import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { AttemptEnd } from './attempt.ts';
import { assert } from './assert.ts';
import type { UnclosedRunner } from './close-runners.ts';
import { closeRunners } from './close-runners.ts';
import type { CheckedConfig } from './config.ts';
import type { Cost } from './cost.ts';
import { totalCosts } from './cost.ts';
import { DaybookError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { DaybookEvent } from './events/event.ts';
import { runEvents } from './events/run-events.ts';
import { watchRunners } from './events/watch-runners.ts';
import { openJournal } from './journal.ts';
import type { Plan } from './plan.ts';
import { isWrapper } from './plan.ts';
import type { Progress, Runner } from './runner.ts';
import type { Lease, SubmittedTask, TaskEnd } from './scheduler/protocol.ts';
import type { RunOutcome, TaskView } from './scheduler/view.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Asked, Prepared } from './situation.ts';
import { prepare } from './situation.ts';
import type { TaskId } from './task.ts';
import type { Timer } from './timer.ts';
import { work } from './worker.ts';

export interface RunOptions extends Asked {
  readonly config: CheckedConfig;
  /** Imported by child processes; undefined when used as a library. */
  readonly configPath?: string;
  /** Where the journal is kept: a folder; none is written without it. */
  readonly stateFolder?: string;
  /** How many attempts run at once. */
  readonly workers: number;
  /** The command line, for the journal. */
  readonly command?: readonly string[];
  readonly observer?: RunObserver;
  /** Is told what handlers are, and never throws: `tell` of `openEvents`. Default: nobody is. */
  readonly told?: (event: DaybookEvent) => void;
  readonly signal?: AbortSignal;
  /** Default: the clock. */
  readonly nowMs?: () => number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
}

/** One attempt of a run: by its id and its number, from 1. */
export type RunAttempt = Pick<Lease, 'attempt' | 'task' | 'number'>;

/** Is told what happens, as it happens. It changes nothing. */
export interface RunObserver {
  planned?(prepared: Prepared): void;
  started?(attempt: RunAttempt): void;
  progress?(task: TaskId, progress: Progress): void;
  ended?(attempt: RunAttempt, end: AttemptEnd, retryAtMs: number | undefined): void;
  /** What became stale while the run went on, and is run again in it. */
  again?(tasks: readonly TaskId[]): void;
  /** The journal cannot be written, or no longer, in a sentence; the run goes on without it. */
  journalLost?(why: string): void;
}

/** How a run ended. `tasks` has each task that was not simply fresh; wrappers are neither counted nor listed. */
export interface RunResult {
  readonly run: string;
  readonly outcome: RunOutcome;
  readonly fresh: number;
  readonly tasks: readonly { readonly task: TaskId; readonly end: TaskEnd }[];
  readonly durationMs: number;
  /** What all attempts cost together, those that failed too, by currency; empty where no runner told. */
  readonly costs: readonly Cost[];
  /** Runners that did not let go of all that they hold, such as a cluster. */
  readonly unclosed: readonly UnclosedRunner[];
}

const inProcessLeaseMs = 24 * 3_600_000;

/** Plans and runs, all in this process: scheduler, worker and journal. */
export async function run(options: RunOptions): Promise<RunResult> {
  const nowMs = options.nowMs ?? Date.now;
  const startMs = nowMs();
  const id = newRunId(startMs);
  const { config } = options;
  let prepared = await prepare(config, options);
  options.observer?.planned?.(prepared);
  const journalLost = (why: string): void => options.observer?.journalLost?.(why);
  const journal =
    options.stateFolder === undefined ? undefined : openJournal(options.stateFolder, id, nowMs, journalLost);
  const fresh = freshIn(prepared.plan);
  journal?.write({
    kind: 'run-started',
    run: id,
    today: options.today,
    command: options.command ?? [],
    tasks: prepared.graph.size,
    fresh,
  });
  const costs: Cost[] = [];
  const events = runEvents(options.told ?? (() => undefined));
  if (options.told !== undefined) watchRunners(config.runners, options.told);
  // The one worker there is has every runner of the configuration, so none is ever missed.
  const scheduler = new Scheduler({
    leaseMs: inProcessLeaseMs,
    patienceMs: Infinity,
    resources: config.resources ?? {},
    ...(options.told === undefined ? {} : { told: events.happened }),
  });
  let result: Omit<RunResult, 'unclosed'>;
  try {
    for (;;) {
      const tasks = submissionOf(prepared, config);
      const { today, command } = options;
      const submitted = scheduler.handle(
        { kind: 'submit', run: id, today, ...(command === undefined ? {} : { command }), tasks },
        nowMs(),
      );
      assert(submitted.kind === 'submitted', 'A plan is a submission.');
      await workOff(scheduler, prepared, costs, options, journal);
      const { outcome } = resultOf(scheduler, id);
      if (outcome !== 'ok' || fresh === prepared.graph.size) break;
      prepared = await prepared.again();
      const stale = staleIn(prepared.plan);
      if (stale.length === 0) break;
      options.observer?.again?.(stale);
    }
    const { outcome, fresh: freshAtEnd, tasks } = resultOf(scheduler, id);
    for (const { task, end } of tasks) journal?.write({ kind: 'task-ended', task, end });
    journal?.write({ kind: 'run-ended', outcome });
    events.close();
    const durationMs = nowMs() - startMs;
    result = { run: id, outcome, fresh: freshAtEnd, tasks, durationMs, costs: totalCosts(costs) };
  } catch (error) {
    await closeRunners(config.runners);
    throw error;
  } finally {
    journal?.close();
  }
  return { ...result, unclosed: await closeRunners(config.runners) };
}

/** How many tasks of a plan are fresh. */
export function freshIn(plan: Plan): number {
  return [...plan.values()].filter((planned) => planned.kind === 'fresh').length;
}

/** The tasks of a plan that will run. */
export function staleIn(plan: Plan): readonly TaskId[] {
  return [...plan].flatMap(([task, planned]) => (planned.kind === 'run' ? [task] : []));
}

async function workOff(
  scheduler: Scheduler,
  prepared: Prepared,
  costs: Cost[],
  options: RunOptions,
  journal: Journal | undefined,
): Promise<void> {
  const { config, observer } = options;
  const nowMs = options.nowMs ?? Date.now;
  const startedMs = new Map<string, number>();
  const taskOf = new Map<string, TaskId>();
  const node = (task: TaskId) => {
    const found = prepared.graph.get(task);
    assert(found, `${task} is no task of this run.`);
    return found;
  };
  await work({
    name: `${hostname()}-${process.pid}`,
    slots: options.workers,
    scheduler: async (request) => scheduler.handle(request, nowMs()),
    runners: config.runners,
    beatMs: 20_000,
    ...(options.timer === undefined ? {} : { timer: options.timer }),
    node,
    codeDigest: ({ task }) => prepared.codeDigest(task.definition),
    signal: options.signal ?? new AbortController().signal,
    context: {
      target: config.targets,
      store: prepared.store,
      ...(options.configPath === undefined ? {} : { configPath: options.configPath }),
      nowMs,
      progress: (progress) => {
        const task = taskOf.get(progress.attempt.slice(-32));
        if (task !== undefined) observer?.progress?.(task, progress);
      },
    },
    started: (lease) => {
      startedMs.set(lease.attempt, nowMs());
      taskOf.set(lease.attempt, lease.task);
      journal?.write({
        kind: 'attempt-started',
        task: lease.task,
        attempt: lease.attempt,
        number: lease.number,
      });
      observer?.started?.(lease);
    },
    ended: (lease, end, retryAtMs) => {
      if (end.cost !== undefined) costs.push(end.cost);
      const durationMs = Math.round(nowMs() - (startedMs.get(lease.attempt) ?? nowMs()));
      journal?.write({ kind: 'attempt-ended', task: lease.task, attempt: lease.attempt, end, durationMs });
      observer?.ended?.(lease, end, retryAtMs);
    },
  });
}

/** A plan as a submission: every task of the graph in its order, the fresh ones too. */
export function submissionOf(prepared: Prepared, config: CheckedConfig): readonly SubmittedTask[] {
  const { graph, plan } = prepared;
  return [...graph.values()].map(({ task, inputIds }) => {
    const { definition } = task;
    const planned = plan.get(task.id);
    assert(planned, `${task.id} is in the graph and not in the plan.`);
    const inherited = inputIds.some((id) => plan.get(id)?.kind === 'waiting');
    const runner = config.runnerOf(definition);
    return {
      task: task.id,
      name: task.name,
      after: inputIds,
      priority: definition.priority,
      resources: definition.resources,
      wish: prepared.wish(task),
      ...(isWrapper(definition) ? { wrapper: true } : {}),
      ...(runner === undefined ? {} : { runner: runner.name, ...batchOfRunner(runner) }),
      ...(definition.retries === undefined ? {} : { retries: definition.retries }),
      ...(planned.kind === 'waiting' && !inherited
        ? { state: 'waiting' as const, for: planned.for }
        : { state: planned.kind === 'fresh' ? ('fresh' as const) : ('pending' as const) }),
    };
  });
}

function batchOfRunner({ batchMax = 1, batchWaitMs = 0 }: Runner): Pick<SubmittedTask, 'batch'> {
  return batchMax === 1 ? {} : { batch: { max: batchMax, waitMs: batchWaitMs } };
}

/**
 * The exit code that a run's result calls for: the first of 1 (a bug), 5, 3 (also for a runner that did not let go), 4 that holds;
 * 130 where it was interrupted.
 */
export function exitCodeOf(result: RunResult, interrupted: boolean): number {
  const { outcome, tasks, unclosed } = result;
  const errors = [...tasks.map(({ end }) => end), ...unclosed].flatMap((each) =>
    'error' in each ? [each.error] : [],
  );
  if (errors.some(({ code }) => code === 'bug')) return 1;
  if (interrupted) return 130;
  if (outcome === 'blocked') return 5;
  if (unclosed.length > 0) return 3;
  return { ok: 0, failed: 3, cancelled: 3, waiting: 4 }[outcome];
}

function resultOf(scheduler: Scheduler, run: string): Pick<RunResult, 'outcome' | 'fresh' | 'tasks'> {
  const outcome = scheduler.run(run)?.outcome;
  assert(outcome, 'A run has ended when its worker has.');
  return { outcome, ...endsOf(scheduler.tasks({ run })) };
}

/** How the tasks of a run that has ended did: those that were fresh are counted. */
export function endsOf(views: Iterable<TaskView>): Pick<RunResult, 'fresh' | 'tasks'> {
  let fresh = 0;
  const tasks: { task: TaskId; end: TaskEnd }[] = [];
  for (const view of views) {
    if (view.wrapper) continue;
    if (view.end === undefined || view.end.kind === 'fresh') fresh += 1;
    else tasks.push({ task: view.task, end: view.end });
  }
  return { fresh, tasks };
}

/** An id for a run: when it began, and what sets it apart from others of that moment. */
export function newRunId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/** Refuses a number of workers that is none. */
export function checkWorkers(workers: number): number {
  if (Number.isInteger(workers) && workers >= 1 && workers <= 256) return workers;
  throw new DaybookError('usage', `The number of workers is ${workers}: give a whole number from 1 to 256.`);
}
