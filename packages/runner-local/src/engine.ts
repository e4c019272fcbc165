import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RunnerFacts } from '@daybook/core';
import { DaybookError, quoteName, timestampText } from '@daybook/core';

export interface SessionOptions {
  readonly memoryBytes: number;
  readonly threads: number;
  /** A folder that lasts as long as the runner: DuckDB puts what does not fit into memory into one below it. */
  readonly spill: string;
  /** Interrupts what runs when it aborts. */
  readonly signal?: AbortSignal;
}

/** A connection of its own with its own temporary views; closed when done. */
export interface Session {
  run(statement: string): Promise<void>;
  /** The rows as objects of text, by column name; null stays null. */
  rows(query: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** The same with times as `show` prints them. */
  shown(query: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** The first column of the rows as text, a chunk at a time. */
  lines(query: string): AsyncIterable<readonly string[]>;
  /** The names and types of a query's columns, without running it. */
  describe(query: string): Promise<readonly Column[]>;
  /** The plan by which a statement would be run now, without running it; JSON. */
  explain(statement: string): Promise<string>;
  /** A query's plan as it is bound, before anything in it is changed; JSON. */
  plan(query: string): Promise<string>;
  close(): void;
}

/** A column of a query, with its DuckDB type. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** A text as a DuckDB literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A statement as part of another: a semicolon or a comment at its end takes nothing with it. */
export function subquery(statement: string): string {
  return `(${statement.replace(/;\s*$/, '')}\n)`;
}

/** A file's path as a DuckDB literal that names this file alone: `*`, `?` and `[` would be a pattern. */
export function pathLiteral(path: string): string {
  return literal(path.replaceAll(/[*?[]/g, '[$&]'));
}

/** What `rows` runs for a query: the same with all values as text. */
export function textsQuery(query: string): string {
  return `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ${subquery(query)}`;
}

/** The same with times as `show` prints them. */
function shownQuery(query: string, columns: readonly Column[]): string {
  const cells = columns.map(
    ({ name, type }, index) => `${shownText(`c${index}`, type)} AS ${quoteName(name, 'duckdb')}`,
  );
  const names = columns.map((_, index) => `c${index}`);
  return `SELECT ${cells.join(', ')} FROM ${subquery(query)} AS shown(${names.join(', ')})`;
}

function shownText(column: string, type: string): string {
  if (type === 'TIMESTAMPTZ') return timestampText(`${column} AT TIME ZONE 'UTC'`, 'duckdb');
  return type === 'TIMESTAMP' ? timestampText(column, 'duckdb') : `CAST(${column} AS VARCHAR)`;
}

let engine: { readonly spill: string; readonly instance: Promise<DuckDBInstance> } | undefined;

/** This process's one DuckDB. Its folder for spilled data can never change once used, so another folder is another DuckDB. */
async function instanceWith(folder: string): Promise<DuckDBInstance> {
  const spill = join(folder, `spill-${process.pid}`);
  if (engine?.spill !== spill) {
    const duckdb = await import('@duckdb/node-api');
    const settings = {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: spill,
    };
    engine = { spill, instance: duckdb.DuckDBInstance.create(':memory:', settings) };
  }
  return await engine.instance;
}

/** Opens a session on this process's one DuckDB, with these limits from now on. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const connection = await (await instanceWith(options.spill)).connect();
  for (const setting of [
    `SET threads = ${options.threads}`,
    `SET memory_limit = '${Math.max(32, Math.floor(options.memoryBytes / 1024 / 1024))}MiB'`,
    `SET TimeZone = 'UTC'`,
    'SET preserve_insertion_order = true',
  ]) {
    await connection.run(setting);
  }
  return sessionOf(connection, options.signal);
}

/** What runs jobs here, for manifests. */
export async function runnerFacts(): Promise<RunnerFacts> {
  const { version } = await import('@duckdb/node-api');
  return { name: 'local', engine: 'duckdb', duckdb: version(), node: process.version };
}

/** Whether this is, or comes of, DuckDB's error that it had less memory than it needed; text that was read may say anything. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^\s*Out of Memory Error: /.test(error.message) || isOutOfMemory(error.cause);
}

/** A DuckDB error in words for the task's author. */
export function sqlFailure(error: unknown, task: string): DaybookError {
  if (error instanceof DaybookError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DaybookError('sql-failed', `The SQL of ${task} failed: ${message.trim()}`, { cause: error });
}

function sessionOf(connection: DuckDBConnection, signal: AbortSignal | undefined): Session {
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const rowsOf = async (query: string): Promise<readonly Readonly<Record<string, string | null>>[]> =>
    (await connection.runAndReadAll(query)).getRowObjectsJson() as Record<string, string | null>[];
  const describe = async (query: string): Promise<readonly Column[]> => {
    const statement = await connection.prepare(query);
    return Array.from({ length: statement.columnCount }, (_, index) => ({
      name: statement.columnName(index),
      type: String(statement.columnType(index)).replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ'),
    }));
  };
  return {
    describe,
    async run(statement) {
      await connection.run(statement);
    },
    rows: async (query) => await rowsOf(textsQuery(query)),
    shown: async (query) => await rowsOf(shownQuery(query, await describe(query))),
    async *lines(query) {
      const result = await connection.stream(query);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getColumnValues(0) as string[];
      }
    },
    async explain(statement) {
      const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${statement}`);
      const rows = reader.getRowsJson() as [string, string][];
      return rows.find(([name]) => name === 'physical_plan')?.[1] ?? '';
    },
    async plan(query) {
      for (const setting of ["PRAGMA explain_output = 'all'", 'PRAGMA disable_optimizer'])
        await connection.run(setting);
      const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${query}`);
      const rows = reader.getRowsJson() as [string, string][];
      return rows.find(([name]) => name === 'logical_plan')?.[1] ?? '';
    },
    close() {
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
    },
  };
}

/** Refuses a query whose columns are not those declared, naming each that differs. */
export async function checkColumns(
  session: Session,
  query: string,
  declared: Readonly<Record<string, string>>,
  task: string,
): Promise<void> {
  const wrong = columnDifferences(await session.describe(query), declared);
  if (wrong.length === 0) return;
  const told = wrong.map(({ what, write }) => (write === undefined ? what : `${what}; write ${write}`));
  throw new DaybookError(
    'output-invalid',
    `The output of ${task} is not what it declares: ${told.join('; ')}.`,
  );
}

/** One column that is not as declared, in half a sentence, with what to write where that can be told. */
export interface ColumnDifference {
  readonly name: string;
  readonly what: string;
  readonly write?: string;
}

/** The columns that are not those declared, with their DuckDB types. */
export function columnDifferences(
  found: readonly Column[],
  declared: Readonly<Record<string, string>>,
): readonly ColumnDifference[] {
  const names = found.map((column) => column.name);
  const wrong: ColumnDifference[] = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => ({ name, what: `${name} is there twice` }));
  const types = new Map(found.map((column) => [column.name, column.type]));
  for (const [name, type] of Object.entries(declared)) {
    const there = types.get(name);
    types.delete(name);
    if (there === undefined) wrong.push({ name, what: `${name} is missing` });
    else if (there !== type)
      wrong.push({
        name,
        what: `${name} is ${there} and is declared ${type}`,
        write: `CAST(… AS ${type}) AS ${name}`,
      });
  }
  for (const name of types.keys()) wrong.push({ name, what: `${name} is not declared` });
  return wrong;
}
