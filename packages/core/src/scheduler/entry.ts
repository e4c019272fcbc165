import type { AttemptEnd } from '../attempt.ts';
import type { TaskId, TaskName } from '../task.ts';
import type { Lane } from './lane.ts';
import type { Lease, SubmittedTask, TaskEnd } from './protocol.ts';
import type { RetryClass } from './retries.ts';
import type { RunEntry } from './runs.ts';
import type { TaskState, TaskStatus, TaskView } from './view.ts';

/** Where a task stands when it is ready. Another submission may put it elsewhere; what is left behind counts no more. */
export interface Place {
  readonly entry: Entry;
  readonly priority: number;
  readonly order: number;
  readonly lane: Lane;
  readonly name: TaskName;
  readonly resources: Readonly<Record<string, number>>;
  /** Where its runner takes several tasks of its name at once: how many, and how long it waits for them. */
  readonly batch: { readonly max: number; readonly waitMs: number } | undefined;
  /** What all of one queue have in common. */
  readonly queue: string;
  /** Whether it is in the set of what is ready, be it out of date. */
  queued: boolean;
}

/** What a scheduler knows of one task of one target. */
export interface Entry {
  readonly target: string;
  readonly order: number;
  submitted: SubmittedTask;
  digest: string;
  /** Undefined for wrappers and external tasks. */
  place: Place | undefined;
  state: TaskState;
  after: readonly Entry[];
  /** Of two tasks with a common input, the one with the smaller number came to it first. */
  wired: number;
  /** Made with the first, for most have none. */
  dependents: Set<Entry> | undefined;
  /** How many of `after` are not complete; of a task that has ended it says nothing. */
  missing: number;
  end: TaskEnd | undefined;
  attempts: number;
  /** The newest version that an attempt published. */
  made: number | undefined;
  retries: ReadonlyMap<RetryClass, number>;
  lease: LeaseEntry | undefined;
  readyAtMs: number;
  change: number;
  newer: Entry | undefined;
  older: Entry | undefined;
  /** The runs in which it stands as it does now, in their order. Once it has ended they may have, too. */
  runs: RunEntry[];
  /** In how many runs it is named, those too in which it is kept as it was. */
  named: number;
}

export interface LeaseEntry {
  readonly lease: Lease;
  readonly entry: Entry;
  /** The digest of the worker's project, and what it took when it was leased. */
  readonly digest: string;
  readonly resources: Readonly<Record<string, number>>;
  readonly worker: string;
  readonly sinceMs: number;
  untilMs: number;
  cancelled: boolean;
  /** It was cancelled, and its task is wanted again. */
  wanted: boolean;
}

export const noRetries: ReadonlyMap<RetryClass, number> = new Map();
const none: ReadonlySet<Entry> = new Set();

export function dependentsOf({ dependents }: Entry): ReadonlySet<Entry> {
  return dependents ?? none;
}

/** A task that is first heard of. It has ended, as far as that goes, until it is said to be pending. */
export function newEntry(submitted: SubmittedTask, target: string, digest: string, order: number): Entry {
  return {
    target,
    order,
    submitted,
    digest,
    place: undefined,
    state: 'ended',
    after: [],
    wired: 0,
    dependents: undefined,
    missing: 0,
    end: undefined,
    attempts: 0,
    made: undefined,
    retries: noRetries,
    lease: undefined,
    readyAtMs: 0,
    change: 0,
    newer: undefined,
    older: undefined,
    runs: [],
    named: 0,
  };
}

/** Whether what hangs on a task that ended so may begin. */
export function isGood(end: AttemptEnd | TaskEnd): boolean {
  return end.kind === 'published' || end.kind === 'unchanged' || end.kind === 'fresh';
}

export function isComplete(entry: Entry): boolean {
  return entry.state === 'ended' && (entry.end === undefined || isGood(entry.end));
}

/** Whether a task that stands so may be asked to be tried again. */
export function endedBadly({ state, end }: Pick<TaskView, 'state' | 'end'>): boolean {
  return state === 'ended' && end !== undefined && !isGood(end) && end.kind !== 'waiting';
}

/** How a task ends that hangs on one that did not end well. */
export function inheritedEnd(above: TaskId, end: TaskEnd): TaskEnd {
  if (end.kind === 'waiting' || end.kind === 'cancelled' || end.kind === 'upstream-failed') return end;
  return { kind: 'upstream-failed', culprit: above };
}

/** What a task waits for by itself: not because of one above it. */
export function missingDependencyOf({ end, after }: Entry): string | undefined {
  if (end?.kind !== 'waiting') return undefined;
  return after.some((above) => above.end?.kind === 'waiting') ? undefined : end.for;
}

export function statusOf({
  state,
  end,
}: Pick<TaskView, 'state'> & { end?: TaskEnd | undefined }): TaskStatus {
  return state === 'ended' ? (end?.kind ?? 'fresh') : state;
}

export function viewOf(entry: Entry): TaskView {
  const { submitted, target, state, attempts, end, lease, change, readyAtMs } = entry;
  return {
    task: submitted.task,
    name: submitted.name,
    ...(target === '' ? {} : { target }),
    wrapper: submitted.wrapper === true,
    state,
    attempts,
    ...(end === undefined ? {} : { end }),
    ...(lease === undefined
      ? {}
      : { attempt: { id: lease.lease.attempt, worker: lease.worker, sinceMs: lease.sinceMs } }),
    ...(state === 'backing-off' ? { retryAtMs: readyAtMs } : {}),
    change,
  };
}
