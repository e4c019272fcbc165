import type { AttemptEnd } from '../attempt.ts';
import type { TaskId, TaskName } from '../task.ts';

/** One task of a submission. Fresh tasks are part of it too: what is published meanwhile can make them due. */
export interface SubmittedTask {
  readonly task: TaskId;
  readonly name: TaskName;
  /** A wrapper is complete when its inputs are, and is never attempted. */
  readonly wrapper?: boolean;
  /** The tasks that must be complete first. They come earlier in the submission, or in one before it. */
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
}

/**
 * What is asked of a scheduler. Plain JSON. `attempts` are ids that the worker made, one for each thing that it can do beside
 * what it does: asked again, the answer is the same. `more` are ids for the further tasks of batches.
 */
export type Request =
  | { readonly kind: 'submit'; readonly tasks: readonly SubmittedTask[] }
  | {
      readonly kind: 'next';
      readonly worker: string;
      readonly runners: readonly string[];
      readonly attempts: readonly string[];
      readonly more?: readonly string[];
    }
  | { readonly kind: 'beat'; readonly worker: string; readonly attempts: readonly string[] }
  | { readonly kind: 'report'; readonly worker: string; readonly attempt: string; readonly end: AttemptEnd }
  | { readonly kind: 'cancel' };

/** The right to one attempt at one task until `untilMs`. */
export interface Lease {
  readonly attempt: string;
  readonly task: TaskId;
  readonly runner: string;
  /** The attempts of one batch have the same, and are run as one submission; absent of one by itself. */
  readonly batch?: string;
  /** Which attempt at the task it is in this run, from 1. */
  readonly number: number;
  readonly untilMs: number;
}

/** A scheduler's answer. `idleRunners` have nothing ahead that could still run. */
export type Response =
  | {
      readonly kind: 'submitted';
      readonly refused: readonly { readonly task: TaskId; readonly why: string }[];
    }
  | {
      readonly kind: 'work';
      readonly leases: readonly Lease[];
      /** Those of the ids asked with whose attempts have ended: a request that came late had used them. Ask with others. */
      readonly spent?: readonly string[];
      readonly idleRunners: readonly string[];
      /** How long until a retry or a batch falls due: ask again then. A length, because the worker's clock is another one. */
      readonly againInMs?: number;
      /** Nothing is left that could run. */
      readonly ended: boolean;
    }
  | {
      readonly kind: 'beaten';
      /** Attempts whose lease is gone: stop them, their outcome does not count. */
      readonly lost: readonly string[];
      /** Attempts that are to be stopped and reported as cancelled. */
      readonly cancelled: readonly string[];
      readonly idleRunners: readonly string[];
    }
  | {
      readonly kind: 'reported';
      readonly accepted: boolean;
      readonly retryAtMs?: number;
      readonly idleRunners: readonly string[];
    }
  | { readonly kind: 'cancelling'; readonly attempts: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

/** How a task ended in a run: as its last attempt did, or because of one above it. */
export type TaskEnd =
  | Exclude<AttemptEnd, { readonly kind: 'superseded' }>
  | { readonly kind: 'upstream-failed'; readonly culprit: TaskId; readonly cost?: never };
