/**
 * What the application leaves of one attempt, in every case, at `<stage>result.json`. Written once: an application that
 * finds one ends at once.
 */
export type Result = {
  readonly format: 1;
  readonly submission: string;
  /** Spark's id of the application that wrote it. */
  readonly application: string;
  /** `spark 3.5.6` and the like, by name. */
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
  | { readonly outcome: 'timed-out' | 'cancelled' }
);

/** A file of Parquet below the stage that the application wrote or, of a user's program, found. */
export interface ResultPart {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

/** What a control measured, before it is made readable. All values are text as `show` prints them. */
export interface MeasuredControl {
  readonly name: string;
  readonly held: boolean;
  readonly counts: Readonly<Record<string, string>>;
  /** Of few groups, each with the values it was grouped by and its two totals. */
  readonly totals?: readonly {
    readonly group: readonly (string | null)[];
    readonly left: string;
    readonly right: string;
  }[];
  readonly offenders?: readonly Readonly<Record<string, string | null>>[];
}
