import type { AttemptEnd } from '../attempt.ts';
import type { TaskId } from '../task.ts';
import type { Lease, SubmittedTask, TaskEnd } from './protocol.ts';
import type { Runnable } from './ready-set.ts';
import type { RetryClass } from './retries.ts';

export type TaskState = 'pending' | 'ready' | 'backing-off' | 'running' | 'ended';

/** What a scheduler knows of one task. */
export interface Entry extends Runnable {
  submitted: SubmittedTask;
  state: TaskState;
  /** How many tasks of `after` are not complete. */
  missing: number;
  readonly dependents: Entry[];
  end: TaskEnd | undefined;
  attempts: number;
  readonly retries: Map<RetryClass, number>;
  lease: LeaseEntry | undefined;
  readyAtMs: number;
}

export interface LeaseEntry {
  readonly lease: Lease;
  readonly entry: Entry;
  readonly worker: string;
  untilMs: number;
  cancelled: boolean;
}

/** A task that is first heard of. It has ended, as far as that goes, until it is said to be pending. */
export function newEntry(submitted: SubmittedTask, order: number): Entry {
  const entry: Entry = {
    submitted,
    order,
    priority: submitted.priority,
    runner: submitted.runner ?? '',
    resources: submitted.resources,
    batch: submitted.batch === undefined ? undefined : { of: submitted.name, ...submitted.batch },
    ready: () => entry.state === 'ready',
    state: 'ended',
    missing: 0,
    dependents: [],
    end: undefined,
    attempts: 0,
    retries: new Map(),
    lease: undefined,
    readyAtMs: 0,
  };
  return entry;
}

/** Whether what hangs on a task that ended so may begin. */
export function isGood(end: AttemptEnd | TaskEnd): boolean {
  return end.kind === 'published' || end.kind === 'unchanged' || end.kind === 'fresh';
}

export function isComplete(entry: Entry): boolean {
  return entry.state === 'ended' && (entry.end === undefined || isGood(entry.end));
}

/** How a task ends that hangs on one that did not end well. */
export function inheritedEnd(above: TaskId, end: TaskEnd): TaskEnd {
  if (end.kind === 'waiting' || end.kind === 'cancelled' || end.kind === 'upstream-failed') return end;
  return { kind: 'upstream-failed', culprit: above };
}
