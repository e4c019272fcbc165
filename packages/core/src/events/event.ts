import type { AttemptEnd } from '../attempt.ts';
import type { Day } from '../calendar.ts';
import type { ControlResult } from '../control.ts';
import type { Cost } from '../cost.ts';
import type { Reason } from '../decide.ts';
import type { RunOutcome, TaskStatus } from '../scheduler/view.ts';
import type { TaskId, TaskName } from '../task.ts';

/** `at` is when it happened: ISO 8601 in UTC with milliseconds, as are all times of events. */
interface Happened<Kind extends string> {
  readonly kind: Kind;
  readonly at: string;
}

/** How many tasks stand how, or ended how, without wrappers. What is at 0 is absent. */
export type TaskCounts = Readonly<Partial<Record<TaskStatus, number>>>;

interface OfRun {
  readonly run: string;
  /** The accounting today of the run. */
  readonly today: Day;
  /** The command line; absent where there was none. */
  readonly command?: readonly string[];
  /** Where its tasks are published; absent where scheduler and worker are one process. */
  readonly target?: string;
  readonly counts: TaskCounts;
}

/** A run began, or one that had ended goes on. */
export interface RunStarted extends Happened<'runStarted'>, OfRun {}

/** Nothing in a run can still run. */
export interface RunEnded extends Happened<'runEnded'>, OfRun {
  readonly outcome: RunOutcome;
  /** Since it was submitted. */
  readonly durationMs: number;
}

interface OfTask {
  readonly run: string;
  readonly task: TaskId;
  readonly name: TaskName;
}

interface OfAttempt extends OfTask {
  readonly attempt: string;
  /** Which attempt at the task it is in this run, from 1. */
  readonly number: number;
  readonly worker: string;
  readonly runner: string;
}

/** A worker took a task. */
export interface AttemptStartedEvent extends Happened<'attemptStarted'>, OfAttempt {}

/** An attempt ended. Each does once. */
export interface AttemptEndedEvent extends Happened<'attemptEnded'>, OfAttempt {
  /** As it was reported, or `lost`. Controls come without rows that break them, and errors without a stack. */
  readonly end: AttemptEnd;
  readonly durationMs: number;
  /** When it is tried again, where that is after a while; absent where it is not, or at once. */
  readonly retryAt?: string;
}

/** A task waits for something outside: by itself, not because of one above it. Once for each run and task. */
export interface DependencyMissingEvent extends Happened<'dependencyMissing'>, OfTask {
  /** What is waited for, in words. */
  readonly for: string;
}

/** A version after the first was published, with other parts than the one before. */
export interface Restated extends Happened<'restated'>, OfTask {
  readonly attempt: string;
  readonly version: number;
  /** Why the task had to run: `refetch-due` and `input-changed` are late data. */
  readonly reason: Reason;
  readonly rows: number;
}

/** An attempt was blocked: nothing is published. */
export interface ControlFailed extends Happened<'controlFailed'>, OfTask {
  readonly attempt: string;
  /** Those that did not hold. */
  readonly controls: readonly Omit<ControlResult, 'offenders' | 'held'>[];
}

interface OfCluster {
  /** The name of the runner that has it. */
  readonly runner: string;
  readonly cluster: string;
}

/** A runner has a cluster that it asked for. It may still be starting. */
export interface ClusterCreated extends Happened<'clusterCreated'>, OfCluster {}

/** A cluster that a runner asked for, or one that a dead process left, is known to be ending. */
export interface ClusterEnded extends Happened<'clusterEnded'>, OfCluster {
  readonly since: string;
  readonly durationMs: number;
  /** Of its instances, from their beginning until now; absent where it is not known. */
  readonly cost?: Cost;
}

/** What happened, as handlers are told of it: plain JSON. `kind` is the key under which handlers stand in the configuration. */
export type DaybookEvent =
  | RunStarted
  | RunEnded
  | AttemptStartedEvent
  | AttemptEndedEvent
  | DependencyMissingEvent
  | Restated
  | ControlFailed
  | ClusterCreated
  | ClusterEnded;

export type EventKind = DaybookEvent['kind'];

/** `signal` is aborted when the handler is given up. */
export interface HandlerContext {
  readonly signal: AbortSignal;
}

/** Is told of one event after the other, each a frozen value. What becomes of it changes nothing in a run. */
export type EventHandler<Kind extends EventKind = EventKind> = (
  event: Extract<DaybookEvent, { readonly kind: Kind }>,
  context: HandlerContext,
) => void | Promise<void>;

/** For each kind of event the handler, or a list of them, that are told. */
export type EventHandlers = {
  readonly [Kind in EventKind]?: EventHandler<Kind> | readonly EventHandler<Kind>[];
};

const kinds: Readonly<Record<EventKind, true>> = {
  runStarted: true,
  runEnded: true,
  attemptStarted: true,
  attemptEnded: true,
  dependencyMissing: true,
  restated: true,
  controlFailed: true,
  clusterCreated: true,
  clusterEnded: true,
};

export const eventKinds: readonly EventKind[] = Object.keys(kinds) as EventKind[];
