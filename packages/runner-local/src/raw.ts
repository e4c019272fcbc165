import type { Fetched, RawFormat } from '@daybook/core';
import { DaybookError, quoteName } from '@daybook/core';
import type { Session } from './engine.ts';
import { literal } from './engine.ts';
import type { LocalJob } from './local-job.ts';

type FetchedFile = Fetched & { readonly kind: 'file' };

/**
 * A query for a raw file as the relation `raw`: its columns as text, and `line`. Numbering lines costs the use of several
 * threads, so `line` is null unless `numbered`.
 */
export async function rawQuery(
  session: Session,
  file: FetchedFile,
  format: RawFormat,
  task: string,
  numbered = false,
): Promise<string> {
  const reader = readers[file.format];
  const columns = await reader.columns(session, file.path, format, task);
  const line = numbered ? `row_number() OVER () + ${reader.headerLines}` : 'CAST(NULL AS BIGINT)';
  return `SELECT ${[`${line} AS line`, ...columns].join(', ')} FROM ${reader.relation(file.path, format)}`;
}

/**
 * Says why a raw file was refused: runs the statement again, on one thread and with lines numbered, so that the message names
 * the first line that is wrong.
 */
export async function explainRefusal(
  error: unknown,
  session: Session,
  job: LocalJob,
  file: FetchedFile,
  format: RawFormat,
): Promise<DaybookError> {
  let explained: unknown = error;
  try {
    await session.run('SET threads = 1');
    await session.run(
      `CREATE OR REPLACE TEMP VIEW raw AS ${await rawQuery(session, file, format, job.task, true)}`,
    );
    const columns = Object.keys(job.columns).map((name) => `count(${quoteName(name, 'duckdb')})`);
    await session.rows(`SELECT ${columns.join(', ')} FROM (${format.statement})`);
  } catch (second) {
    explained = second;
  }
  const message = (explained instanceof Error ? explained.message : String(explained)).trim();
  if (/^(Out of Memory|IO) Error.*(space|memory|allocate)/is.test(message)) {
    return new DaybookError('job-failed', `${job.task} could not be loaded: ${message}`, { cause: error });
  }
  const readable = message.replace(/^Invalid Input Error: /, '').split('\n')[0] ?? message;
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  return new DaybookError('input-unreadable', `${job.task} cannot be loaded from ${name}: ${readable}`, {
    cause: error,
  });
}

interface Reader {
  /** How many lines stand before the first record. */
  readonly headerLines: number;
  relation(path: string, format: RawFormat): string;
  /** Each raw column as a SQL expression of text. */
  columns(session: Session, path: string, format: RawFormat, task: string): Promise<readonly string[]>;
}

const readers: Readonly<Record<FetchedFile['format'], Reader>> = {
  ndjson: {
    headerLines: 0,
    relation: (path, format) => {
      const types = Object.entries(format.columns).map(
        ([name, kind]) => `${quoteName(name, 'duckdb')}: '${kind === 'json' ? 'JSON' : 'VARCHAR'}'`,
      );
      return `read_json(${literal(path)}, format = 'newline_delimited', records = true, hive_partitioning = false, columns = {${types.join(', ')}})`;
    },
    columns: async (_session, _path, format) =>
      Object.keys(format.columns).map((name) => quoteName(name, 'duckdb')),
  },
  csv: {
    headerLines: 1,
    relation: (path) => csvRelation(path),
    columns: async (session, path, format) => {
      const there = new Set(
        (await session.describe(`SELECT * FROM ${csvRelation(path)}`)).map((column) => column.name),
      );
      return Object.keys(format.columns).map((name) =>
        there.has(name) ? quoteName(name, 'duckdb') : `CAST(NULL AS VARCHAR) AS ${quoteName(name, 'duckdb')}`,
      );
    },
  },
  parquet: {
    headerLines: 0,
    relation: (path) => parquetRelation(path),
    columns: async (session, path, format, task) => {
      const there = new Map(
        (await session.describe(`SELECT * FROM ${parquetRelation(path)}`)).map((column) => [
          column.name,
          column.type,
        ]),
      );
      return Object.keys(format.columns).map(
        (name) => `${parquetText(name, there.get(name), path, task)} AS ${quoteName(name, 'duckdb')}`,
      );
    },
  },
};

function parquetRelation(path: string): string {
  return `read_parquet(${literal(path)}, hive_partitioning = false)`;
}

function csvRelation(path: string): string {
  return `read_csv(${literal(path)}, header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', null_padding = false, hive_partitioning = false, strict_mode = true)`;
}

/** A Parquet column as exact text; what is not exact is refused. */
function parquetText(name: string, type: string | undefined, path: string, task: string): string {
  const column = quoteName(name, 'duckdb');
  if (type === undefined) return 'CAST(NULL AS VARCHAR)';
  if (type === 'VARCHAR') return column;
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+,\d+\))$/.test(type))
    return `CAST(${column} AS VARCHAR)`;
  if (/^TIMESTAMP(_S|_MS)?$/.test(type))
    return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`;
  if (type === 'TIMESTAMPTZ') return `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
  throw new DaybookError(
    'input-unreadable',
    `The column ${name} of ${path} for ${task} has the type ${type}, which is not exact: write it as an integer, a DECIMAL, a timestamp or text.`,
  );
}
