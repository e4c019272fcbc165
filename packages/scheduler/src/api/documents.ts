import type { AheadView, Request, RunView, TaskView, WorkerView } from '@daybook/core';
import type { AttemptRow } from '../store/history.ts';
import type { WireKind } from './answers.ts';

/** The requests that come from outside. */
export type WireRequest = Extract<Request, { readonly kind: WireKind }>;

/** The runs that the scheduler knows and, behind them, those that are only history. */
export interface RunsDocument {
  readonly runs: readonly RunView[];
}

/** The tasks of a run that have changed. Ask for what has changed since `change` next time. */
export interface TasksDocument {
  readonly change: number;
  /** Whether the run has ended. */
  readonly ended: boolean;
  readonly tasks: readonly TaskView[];
}

export interface WorkersDocument {
  readonly workers: readonly WorkerView[];
}

/** What each runner still has ahead. */
export interface AheadDocument {
  readonly ahead: readonly AheadView[];
}

/** One attempt that has ended. */
export interface EndedAttempt extends Omit<AttemptRow, 'facts'> {
  /** As it was reported, with its error, its figures and its cost. */
  readonly end: Readonly<Record<string, unknown>>;
}

export interface AttemptsDocument {
  readonly attempts: readonly EndedAttempt[];
}
