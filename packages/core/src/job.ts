import type { Day } from './calendar.ts';
import type { Values } from './param.ts';
import type { Columns } from './schema.ts';
import type { SparkFile } from './spark-file.ts';
import type { ParamReference, SqlText } from './sql/statement.ts';

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How an output is made. `Inputs` has the names of the columns of each input, `V` the values of the parameters. */
export type Job<Inputs = never, V = Values> = SqlText | LoadJob<V> | CodeJob<Inputs, V> | SparkJob;
export type JobKind = Job['kind'];

// ---------------------------------------------------------------- load

export type RawFormatName = 'ndjson' | 'csv' | 'parquet';

/**
 * How raw files of one format become the output. Every raw column is read as text, a column left out or null as null; a
 * `json` column keeps its JSON text, so that the quotes of a string are seen. The statement is DuckDB's own; it reads the
 * relation `raw`, which has `line` besides (the number of the record, from 1; null until a row is refused and the
 * statement runs again to say where). It refuses a row by `error('…')`, with a sentence.
 */
export interface RawFormat {
  readonly columns: Readonly<Record<string, 'text' | 'json'>>;
  readonly statement: string;
}

/** What the fetch function of a load job is given. */
export interface FetchContext<V = Values> {
  readonly values: V;
  readonly today: Day;
  /** Whether there is a version already, whatever code made it. */
  readonly published: boolean;
  /** The facts that the current version recorded as its source, if its code was that of now. */
  readonly previous?: Json;
  /** A folder of the attempt's own on the local disk, removed with the attempt. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Tells how far it is: what is being done, how much is done, of how much, in which unit. */
  progress(step: {
    readonly phase: string;
    readonly done?: number;
    readonly total?: number;
    readonly unit?: string;
  }): void;
}

export type ExpectedRow = Readonly<Record<string, string | number | bigint | null>>;

/** What a fetch function brought. */
export type Fetched =
  | {
      readonly kind: 'file';
      readonly format: RawFormatName;
      /** A local path, in the scratch folder or wherever the source keeps it. A name that ends in `.gz` is gzip. */
      readonly path: string;
      /** The side table `expected`; left out when the source says nothing about what to expect. */
      readonly expected?: readonly ExpectedRow[];
      /** Facts to record in the manifest: ETag, name, size. */
      readonly source: Json;
      /** Called after the engine has read the file; throws when the file changed meanwhile. */
      readonly confirm?: () => Promise<void>;
    }
  | { readonly kind: 'not-modified'; readonly source: Json }
  | { readonly kind: 'waiting'; readonly for: string };

/** A TypeScript function brings raw files; the engine parses, checks and writes. Runs on one machine only. */
export interface LoadJob<in V = Values> {
  readonly kind: 'load';
  /** Changed by the author when the function's behaviour changes; its text is never digested. */
  readonly version: string;
  readonly formats: Readonly<Partial<Record<RawFormatName, RawFormat>>>;
  /** The columns of the side table `expected`. */
  readonly expected?: Columns;
  fetch(context: FetchContext<V>): Promise<Fetched>;
}

// ---------------------------------------------------------------- code

/** A column of an Arrow table, as `apache-arrow`'s `Vector` is. */
export interface ArrowColumn {
  readonly length: number;
  readonly nullCount: number;
  get(index: number): unknown;
  [Symbol.iterator](): IterableIterator<unknown>;
}

/** An Arrow table or record batch, as `apache-arrow`'s `Table` and `RecordBatch` are. */
export interface ArrowTable {
  readonly numRows: number;
  readonly numCols: number;
  getChild(name: string): ArrowColumn | null;
}

/** One input of a code job. Only the columns named are read. */
export interface CodeInput<Column extends string = string> {
  /** The whole input as one Arrow table. */
  table(columns?: readonly Column[]): Promise<ArrowTable>;
  /** The same, a record batch at a time. */
  batches(columns?: readonly Column[]): AsyncIterable<ArrowTable>;
  /** Its rows as lines of TSV, header first, in the order of the input's declaration or of `orderBy`. */
  tsv(options?: {
    readonly columns?: readonly Column[];
    readonly orderBy?: readonly Column[];
  }): AsyncIterable<string>;
}

/** What the function of a code job is given. */
export interface CodeContext<Inputs, V = Values> {
  readonly values: V;
  readonly inputs: { readonly [K in keyof Inputs]: CodeInput<Inputs[K] & string> };
  readonly signal: AbortSignal;
  /** Writes one of the named files of a `files()` output. */
  writeFile(
    name: string,
    content: string | Iterable<string> | AsyncIterable<string | Uint8Array>,
  ): Promise<void>;
}

/**
 * A TypeScript function from Arrow tables to an Arrow table, or to named files (then it returns nothing).
 * @example { kind: 'code', version: '1', run: async ({ inputs }) => doubled(await inputs.prices.table(['price'])) }
 */
export interface CodeJob<in Inputs = never, in V = Values> {
  readonly kind: 'code';
  readonly version: string;
  run(context: CodeContext<Inputs, V>): Promise<ArrowTable | void>;
}

// ---------------------------------------------------------------- spark

/**
 * A program of the user's own for `spark-submit`, in Python or in a jar, for what SQL cannot say. Behind its own arguments it
 * is given `--daybook-inputs URI`, a JSON document of the parts that it reads, and `--daybook-output URI`, the folder into
 * which it writes Parquet with the declared columns. The controls run on what it wrote.
 * @example { kind: 'spark', program: sparkFile(new URL('./sessions.py', import.meta.url)), arguments: [param('date')] }
 */
export interface SparkJob {
  readonly kind: 'spark';
  /** `.py` or `.jar`. */
  readonly program: SparkFile;
  /** The class of a jar whose `main` is run. */
  readonly mainClass?: string;
  /** More that it imports: `.py`, `.zip` and `.egg` for Python, `.jar` for all. */
  readonly files?: readonly SparkFile[];
  /** A parameter that is left out of the task is an empty text. */
  readonly arguments?: readonly (string | ParamReference)[];
}
