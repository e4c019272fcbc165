/**
 * What the application on the cluster reads: one document for a submission, at `<scratch>/plans/<submission>.json`. All
 * SQL is Spark's, rendered here. Every `uri` is the text of a Hadoop path: nothing in it is percent-encoded.
 */
export interface Plan {
  readonly format: 1;
  /** The token of the submission: 32 hex digits. */
  readonly submission: string;
  /** How many rows and groups a control tells of at most. */
  readonly limits: { readonly offenders: number; readonly groups: number };
  readonly works: readonly PlannedWork[];
}

/** One attempt of a submission. */
export interface PlannedWork {
  readonly task: string;
  /** The URI of the attempt's stage, with a slash at its end. Nothing is written elsewhere. */
  readonly stage: string;
  /** The query that is its output; null where a program of the user's own has written it already. */
  readonly statement: string | null;
  /**
   * The URI of the folder of Parquet that the user's program wrote, below the stage and with a slash at its end; null for a
   * query.
   */
  readonly written: string | null;
  readonly columns: readonly PlannedColumn[];
  readonly inputs: readonly PlannedInput[];
  readonly controls: readonly PlannedControl[];
  /** Whether it has so little to do that dividing it among processors would take longer. */
  readonly little: boolean;
  /** The query over `output` for its row sums: one row of `rows`, `high`, `low`, all text. */
  readonly rowSums: string;
  /** Counted from when the work itself begins; null for no limit. */
  readonly timeoutSeconds: number | null;
}

/** A column with its type in Spark's SQL, such as `DECIMAL(18,2)`. */
export interface PlannedColumn {
  readonly name: string;
  readonly type: string;
}

/** An input as a temporary view of this name. Its columns are those that the statement may see; named files have none. */
export interface PlannedInput {
  readonly name: string;
  readonly columns: readonly PlannedColumn[];
  /** Those of the columns that the parts have. */
  readonly stored: readonly string[];
  readonly members: readonly PlannedMember[];
}

/** One task of an input, with the parts of its pinned version. */
export interface PlannedMember {
  readonly parts: readonly PlannedPart[];
  /** The columns that are parameters of the task, as text; one that is left out is null. */
  readonly extra: Readonly<Record<string, string>>;
}

export interface PlannedPart {
  readonly uri: string;
  readonly bytes: number;
}

/**
 * `rows`: a condition that is true in each row of `output` that breaks it. `query`: a query whose rows break it. `groups`: a
 * query of groups, with the columns that they are grouped by, their two totals and `broken`.
 */
export type PlannedControl = { readonly name: string } & (
  | { readonly kind: 'rows'; readonly broken: string }
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'groups'; readonly query: string }
);
