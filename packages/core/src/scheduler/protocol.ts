import type { AttemptEnd } from '../attempt.ts';
import type { Day } from '../calendar.ts';
import type { Wish } from '../decide.ts';
import type { TaskId, TaskName } from '../task.ts';

/**
 * Where tasks are published, and the digest of the project that they belong to: a worker of another project would do
 * something else. In one process there is none.
 */
export interface ProjectRef {
  readonly target: string;
  readonly digest: string;
}

/** One task of a submission. Fresh tasks are part of it too: what is published meanwhile can make them due. */
export interface SubmittedTask {
  readonly task: TaskId;
  readonly name: TaskName;
  /** A wrapper is complete when its inputs are, and is never attempted. */
  readonly wrapper?: boolean;
  /** The tasks that must be complete first. They come earlier in the submission, or in one before it to the same run. */
  readonly after: readonly TaskId[];
  /** `fresh` is complete already; `waiting` cannot begin: `for` says why. */
  readonly state: 'pending' | 'fresh' | 'waiting';
  readonly for?: string;
  /** The name of its runner; absent for wrappers and external tasks. */
  readonly runner?: string;
  /** Where that runner takes several tasks of one name as one submission: at most `max`, for which one waits at most `waitMs`. */
  readonly batch?: { readonly max: number; readonly waitMs: number };
  readonly priority: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly retries?: number;
  /** What was asked for it, and the version there was when that was planned. */
  readonly wish: Omit<Wish, 'made'>;
}

export interface SubmitRequest {
  readonly kind: 'submit';
  /** An id that the client makes; submitted again, the tasks are added to the same run. */
  readonly run: string;
  readonly project?: ProjectRef;
  /** The accounting today of the run. */
  readonly today: Day;
  /** The command line, for people. */
  readonly command?: readonly string[];
  readonly tasks: readonly SubmittedTask[];
}

/**
 * `attempts` are ids that the worker made, one for each thing that it can do beside what it does: asked again, the answer is
 * the same. `more` are ids for the further tasks of batches.
 */
export interface NextRequest {
  readonly kind: 'next';
  readonly worker: string;
  readonly project?: ProjectRef;
  readonly runners: readonly string[];
  readonly attempts: readonly string[];
  readonly more?: readonly string[];
}

export interface BeatRequest {
  readonly kind: 'beat';
  readonly worker: string;
  readonly attempts: readonly string[];
  /** How long its clusters have lived since it began, in hours, by runner: for the figures of whoever watches. */
  readonly clusterHours?: Readonly<Record<string, number>>;
}

export interface ReportRequest {
  readonly kind: 'report';
  readonly worker: string;
  readonly attempt: string;
  readonly end: AttemptEnd;
}

/** Of a run, what no other open run wants; of a task by itself, whoever wants it; of neither, everything. */
export interface CancelRequest {
  readonly kind: 'cancel';
  readonly run?: string;
  readonly task?: TaskId;
}

/** What ended badly in a run begins anew, and what had failed for it; with a task, that one and what belongs to it. */
export interface RetryRequest {
  readonly kind: 'retry';
  readonly run: string;
  readonly task?: TaskId;
}

/** Nothing is begun, of one task name or at all, until it is resumed. To resume without a name resumes every name. */
export interface PauseRequest {
  readonly kind: 'pause' | 'resume';
  readonly name?: TaskName;
}

/**
 * Time has passed. `tick` brings about what is due by itself (see `Scheduler.nextChangeMs`). `started` says that nobody was
 * there for a while: leases last from now on, and so does the patience with workers that were not seen.
 */
export interface TimeRequest {
  readonly kind: 'tick' | 'started';
}

/** What is asked of a scheduler. Plain JSON. */
export type Request =
  | SubmitRequest
  | NextRequest
  | BeatRequest
  | ReportRequest
  | CancelRequest
  | RetryRequest
  | PauseRequest
  | TimeRequest;

/** The right to one attempt at one task, until `untilMs` by the scheduler's clock: for `leaseMs` from a beat. */
export interface Lease {
  readonly attempt: string;
  readonly task: TaskId;
  readonly runner: string;
  /** The attempts of one batch have the same, and are run as one submission; absent of one by itself. */
  readonly batch?: string;
  /** Which attempt at the task it is in this run, from 1. */
  readonly number: number;
  readonly untilMs: number;
  readonly leaseMs: number;
  /** The run that it is done for; of several the one that was submitted last. */
  readonly run: string;
  readonly today: Day;
  readonly wish: Wish;
}

export interface WorkResponse {
  readonly kind: 'work';
  readonly leases: readonly Lease[];
  /** Those of the ids asked with that can no longer be used: a request that came late had used them. Ask with others. */
  readonly spent?: readonly string[];
  /** Those of the worker's runners that have nothing ahead, of its project, that could still run. */
  readonly idleRunners: readonly string[];
  /** How long until a retry or a batch falls due: ask again then. A length, because the worker's clock is another one. */
  readonly againInMs?: number;
  /** Nothing is left that could run, for whomever. */
  readonly ended: boolean;
}

export interface BeatenResponse {
  readonly kind: 'beaten';
  /** Attempts whose lease is gone: stop them, their outcome does not count. */
  readonly lost: readonly string[];
  /** Attempts that are to be stopped and reported as cancelled. */
  readonly cancelled: readonly string[];
  readonly idleRunners: readonly string[];
}

export interface ReportedResponse {
  readonly kind: 'reported';
  readonly accepted: boolean;
  readonly retryAtMs?: number;
  readonly idleRunners: readonly string[];
}

export interface SubmittedResponse {
  readonly kind: 'submitted';
  readonly refused: readonly { readonly task: TaskId; readonly why: string }[];
}

/** Nothing was changed. */
export interface Refused {
  readonly kind: 'refused';
  readonly why: string;
}

/** A scheduler's answer. */
export type Response =
  | SubmittedResponse
  | WorkResponse
  | BeatenResponse
  | ReportedResponse
  /** `attempts` are going on and will be stopped. */
  | { readonly kind: 'cancelling'; readonly attempts: readonly string[] }
  | { readonly kind: 'retrying'; readonly tasks: readonly TaskId[] }
  /** What is paused from now on: everything, or the tasks of some names. */
  | { readonly kind: 'paused'; readonly all: boolean; readonly names: readonly TaskName[] }
  | { readonly kind: 'ticked' }
  | Refused;

/** How a task ended in a run: as its last attempt did, or because of one above it. */
export type TaskEnd =
  | Exclude<AttemptEnd, { readonly kind: 'superseded' }>
  | { readonly kind: 'upstream-failed'; readonly culprit: TaskId; readonly cost?: never };
