import type { AttemptEnd } from '../attempt.ts';
import type { Day } from '../calendar.ts';
import type { TaskId, TaskName } from '../task.ts';
import type { ProjectRef, TaskEnd } from './protocol.ts';

export type TaskState = 'pending' | 'ready' | 'backing-off' | 'running' | 'ended';

/** What is known of one task: for people, and for the end of a run. Plain JSON. */
export interface TaskView {
  readonly task: TaskId;
  readonly name: TaskName;
  readonly target?: string;
  readonly wrapper: boolean;
  readonly state: TaskState;
  readonly attempts: number;
  /** How it ended; absent where it was fresh all along and for what has not ended. */
  readonly end?: TaskEnd;
  /** Who is at it, where it is running. */
  readonly attempt?: { readonly id: string; readonly worker: string; readonly sinceMs: number };
  /** When it may be tried again, where it is backing off. */
  readonly retryAtMs?: number;
  /** Grows with every change of any task: ask for what has changed since the greatest that you have seen. */
  readonly change: number;
}

export type RunOutcome = 'ok' | 'blocked' | 'failed' | 'waiting' | 'cancelled';

/** What tasks are counted by: how they stand or, once they have ended, how they did; `fresh` without an end too. */
export type TaskStatus = Exclude<TaskState, 'ended'> | TaskEnd['kind'];

/** One run, for people. Wrappers are not counted. */
export interface RunView {
  readonly run: string;
  readonly command?: readonly string[];
  readonly today: Day;
  readonly project?: ProjectRef;
  readonly submittedMs: number;
  /** Absent while something in it can still run. */
  readonly endedMs?: number;
  readonly outcome?: RunOutcome;
  readonly counts: Readonly<Partial<Record<TaskStatus, number>>>;
}

/** What lies ahead of one runner for one project. `waiting` are those whose inputs or whose retry are to come. */
export interface AheadView {
  readonly project?: ProjectRef;
  readonly runner: string;
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
}

/** What is not to be begun for now: everything, or the tasks of some names. */
export interface PausedView {
  readonly all: boolean;
  readonly names: readonly TaskName[];
}

export interface WorkerView {
  readonly name: string;
  readonly project?: ProjectRef;
  readonly runners: readonly string[];
  /** When it last asked for work or said that it is alive. */
  readonly seenMs: number;
  /** The attempts that it holds leases of. */
  readonly attempts: readonly string[];
}

/** What happened, once each. `run-started` and `run-ended` come again where a run that had ended goes on. */
export type SchedulerEvent =
  | { readonly kind: 'run-started'; readonly run: RunView }
  | { readonly kind: 'run-ended'; readonly run: RunView }
  | AttemptStarted
  | AttemptEnded
  | DependencyMissing;

/** A task waits in a run for something outside: by itself, not because of one above it. Once for each run and task. */
export interface DependencyMissing {
  readonly kind: 'dependency-missing';
  readonly task: TaskId;
  readonly name: TaskName;
  readonly run: string;
  readonly for: string;
}

export interface AttemptStarted {
  readonly kind: 'attempt-started';
  readonly task: TaskId;
  readonly name: TaskName;
  readonly run: string;
  readonly attempt: string;
  readonly worker: string;
  readonly runner: string;
  readonly number: number;
}

export interface AttemptEnded extends Omit<AttemptStarted, 'kind'> {
  readonly kind: 'attempt-ended';
  /** As it was reported, or `lost`. */
  readonly end: AttemptEnd;
  readonly durationMs: number;
  /** Where it is tried again after a while. */
  readonly retryAtMs?: number;
}

/** How a run ended whose tasks ended so. */
export function outcomeOf(counts: Readonly<Partial<Record<TaskStatus, number>>>): RunOutcome {
  const has = (...kinds: readonly TaskStatus[]): boolean => kinds.some((kind) => (counts[kind] ?? 0) > 0);
  if (has('blocked')) return 'blocked';
  // What failed may have been made by another run since, while what lies below it was not.
  if (has('failed', 'timed-out', 'crashed', 'lost', 'upstream-failed')) return 'failed';
  if (has('cancelled')) return 'cancelled';
  return has('waiting') ? 'waiting' : 'ok';
}
