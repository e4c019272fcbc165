import type { ColumnType } from '../schema.ts';
import type { TextPlace } from './statement.ts';

/** A table that a statement may read, as far as binding it goes. `json`: text that is JSON, of a raw file. */
export interface Relation {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType | 'json'>>;
}

/** A statement to be checked before anything runs. */
export interface Statement {
  /** DuckDB's SQL: a query, or for `condition` a condition over the rows of `output`. */
  readonly text: string;
  readonly kind: 'query' | 'condition';
  /** The stretches of `text` that are values put in, which are rendered for each engine by itself. */
  readonly inserted: readonly TextPlace[];
  readonly relations: readonly Relation[];
  /** Whether it is held to the common subset of the engines, or only bound. */
  readonly subset: boolean;
  /** The columns that it must have, where any are declared. */
  readonly output?: Readonly<Record<string, ColumnType>>;
}

/** What is refused in a statement, and what to write instead. Lines and columns count from 1 within the statement. */
export interface Refusal {
  readonly line: number;
  readonly column: number;
  /** The text in question, as written; cut where it is long. */
  readonly found: string;
  /** A sentence that follows `found`. */
  readonly why: string;
  /** A sentence that says what to do. */
  readonly remedy: string;
}
