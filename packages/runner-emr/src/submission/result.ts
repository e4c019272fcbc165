import type { MeasuredControl } from '@daybook/core';

/**
 * What the application leaves of one attempt, in every case, at `<stage>result.json`. Written once: an application that
 * finds one leaves the attempt alone.
 */
export type Result = {
  readonly format: 1;
  readonly submission: string;
  /** Spark's id of the application that wrote it. */
  readonly application: string;
  /** The versions of what it ran on, by name: `spark`, `python`. */
  readonly engine: Readonly<Record<string, string>>;
  /** How long the work itself took. */
  readonly seconds: number;
} & (
  | {
      readonly outcome: 'staged';
      readonly parts: readonly ResultPart[];
      /** Whole numbers as decimal text. */
      readonly sums: { readonly rows: string; readonly high: string; readonly low: string };
      readonly controls: readonly MeasuredControl[];
    }
  | { readonly outcome: 'blocked'; readonly controls: readonly MeasuredControl[] }
  | {
      readonly outcome: 'failed';
      readonly fault: 'task' | 'infrastructure';
      /** A code of core's closed list, such as `sql-failed`, `output-invalid` or `part-damaged`. */
      readonly code: string;
      /** The first line is the cause. */
      readonly message: string;
      /** Python's traceback, for `--debug`. */
      readonly trace?: string;
    }
  | { readonly outcome: 'timed-out' }
  | { readonly outcome: 'cancelled' }
);

/** A file of Parquet below the stage that the application wrote or, of a user's program, found. */
export interface ResultPart {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}
