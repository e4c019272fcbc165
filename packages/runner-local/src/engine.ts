import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RunnerFacts } from '@daybook/core';
import { DaybookError } from '@daybook/core';

export interface SessionOptions {
  readonly memoryBytes: number;
  readonly threads: number;
  /** Where DuckDB puts what does not fit into memory. */
  readonly scratch: string;
}

/** A connection of its own with its own temporary views; closed when done. */
export interface Session {
  run(statement: string): Promise<void>;
  /** The rows as objects of text, by column name; null stays null. */
  rows(query: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** The first column of the rows as text, a chunk at a time. */
  lines(query: string): AsyncIterable<readonly string[]>;
  /** The names and types of a query's columns, without running it. */
  describe(query: string): Promise<readonly { readonly name: string; readonly type: string }[]>;
  close(): void;
}

/** A text as a DuckDB literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

let instance: Promise<DuckDBInstance> | undefined;

/** Opens a session on this process's one DuckDB, with these limits from now on. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const duckdb = await import('@duckdb/node-api');
  instance ??= duckdb.DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await (await instance).connect();
  for (const setting of [
    `SET threads = ${options.threads}`,
    `SET memory_limit = '${Math.max(32, Math.floor(options.memoryBytes / 1024 / 1024))}MiB'`,
    `SET temp_directory = ${literal(options.scratch)}`,
    `SET TimeZone = 'UTC'`,
    'SET preserve_insertion_order = true',
  ]) {
    await connection.run(setting);
  }
  return sessionOf(connection);
}

/** What runs jobs here, for manifests. */
export async function runnerFacts(): Promise<RunnerFacts> {
  const { version } = await import('@duckdb/node-api');
  return { name: 'local', engine: 'duckdb', duckdb: version(), node: process.version };
}

/** A DuckDB error in words for the task's author. */
export function sqlFailure(error: unknown, task: string): DaybookError {
  if (error instanceof DaybookError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DaybookError('sql-failed', `The SQL of ${task} failed: ${message.trim()}`, { cause: error });
}

function sessionOf(connection: DuckDBConnection): Session {
  const asText = (query: string): string => `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${query})`;
  return {
    async run(statement) {
      await connection.run(statement);
    },
    async rows(query) {
      const reader = await connection.runAndReadAll(asText(query));
      return reader.getRowObjectsJson() as Record<string, string | null>[];
    },
    async *lines(query) {
      const result = await connection.stream(query);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getColumnValues(0) as string[];
      }
    },
    async describe(query) {
      const statement = await connection.prepare(query);
      return Array.from({ length: statement.columnCount }, (_, index) => ({
        name: statement.columnName(index),
        type: String(statement.columnType(index)).replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ'),
      }));
    },
    close: () => connection.closeSync(),
  };
}

/** Refuses a query whose columns are not those declared, naming each that differs. */
export async function checkColumns(
  session: Session,
  query: string,
  declared: Readonly<Record<string, string>>,
  task: string,
): Promise<void> {
  const found = await session.describe(query);
  const wrong: string[] = [];
  const types = new Map(found.map((column) => [column.name, column.type]));
  for (const [name, type] of Object.entries(declared)) {
    const there = types.get(name);
    types.delete(name);
    if (there === undefined) wrong.push(`${name} is missing`);
    else if (there !== type)
      wrong.push(`${name} is ${there} and is declared ${type}; write CAST(… AS ${type}) AS ${name}`);
  }
  for (const name of types.keys()) wrong.push(`${name} is not declared`);
  if (wrong.length === 0) return;
  throw new DaybookError(
    'output-invalid',
    `The output of ${task} is not what it declares: ${wrong.join('; ')}.`,
  );
}
