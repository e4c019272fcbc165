import type { Columns } from '@daybook/core';
import { quoteName, sqlType } from '@daybook/core';
import type { Session } from './engine.ts';
import { literal, pathLiteral } from './engine.ts';
import type { LocalInput, LocalMember } from './local-job.ts';

/** Makes a temporary view for each input, with exactly its declared columns. Nothing is read until a job asks. */
export async function createInputViews(session: Session, inputs: readonly LocalInput[]): Promise<void> {
  for (const input of inputs) {
    // Named files have no columns and are no table.
    if (Object.keys(input.columns).length === 0) continue;
    const view = quoteName(input.name, 'duckdb');
    await session.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${inputQuery(input)}`);
  }
}

/** Drops what `createInputViews` made. */
export async function dropInputViews(session: Session, inputs: readonly LocalInput[]): Promise<void> {
  for (const input of inputs) await session.run(`DROP VIEW IF EXISTS ${quoteName(input.name, 'duckdb')}`);
}

/** A query for the rows of an input; of an empty list, no rows with the same columns. */
export function inputQuery(input: Pick<LocalInput, 'columns' | 'stored' | 'members'>): string {
  const members = input.members.filter((member) => member.paths.length > 0);
  if (members.length === 0) return `SELECT ${emptyColumns(input.columns)} WHERE FALSE`;
  return members.map((member) => memberQuery(input, member)).join(' UNION ALL ');
}

/** A query for the rows of Parquet files. Their folders are named `date=…`, which must not become a column. */
export function parquetQuery(paths: readonly string[], columns = '*', options = ''): string {
  return `SELECT ${columns} FROM read_parquet([${paths.map(pathLiteral).join(', ')}], hive_partitioning = false${options})`;
}

function memberQuery(input: Pick<LocalInput, 'columns' | 'stored'>, member: LocalMember): string {
  const cells = Object.entries(input.columns).map(([name, type]) => {
    const column = quoteName(name, 'duckdb');
    if (!Object.hasOwn(member.extra, name)) {
      return input.stored.includes(name) ? column : `CAST(NULL AS ${sqlType(type, 'duckdb')}) AS ${column}`;
    }
    return `CAST(${literal(String(member.extra[name]))} AS ${sqlType(type, 'duckdb')}) AS ${column}`;
  });
  return parquetQuery(member.paths, cells.join(', '));
}

function emptyColumns(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, type]) => `CAST(NULL AS ${sqlType(type, 'duckdb')}) AS ${quoteName(name, 'duckdb')}`)
    .join(', ');
}
