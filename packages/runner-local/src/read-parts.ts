import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Columns, Declaration, Part, RowsOptions, Target } from '@daybook/core';
import { quoteName, rowLinesQuery, rowSumsQuery, tableFingerprint } from '@daybook/core';
import type { Session } from './engine.ts';
import { openSession } from './engine.ts';
import { parquetQuery } from './input-views.ts';
import { localParts } from './local-parts.ts';
import type { PartCache } from './part-cache.ts';
import { noCache } from './part-cache.ts';

/** What reading outside a job may use. */
export interface Reading {
  readonly scratch: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** Where it may be of use: what is verified is read from the target itself. */
  readonly cache?: PartCache;
}

/** The rows of a table's parts as text, streamed. */
export async function* readRows(
  target: Target,
  parts: readonly Part[],
  declaration: Declaration,
  options: RowsOptions,
  reading: Reading,
): AsyncIterable<readonly string[]> {
  const columns = columnsOf(declaration);
  const names = Object.keys(columns).map((name) => quoteName(name, 'duckdb'));
  const { session, query, close } = await openParts(target, parts, names.join(', '), reading);
  try {
    yield* session.lines(rowLinesQuery(`(${query})`, columns, options));
  } finally {
    await close();
  }
}

/** The fingerprint of a derived table's parts, made anew. */
export async function fingerprintOf(
  target: Target,
  parts: readonly Part[],
  declaration: Declaration,
  reading: Reading,
): Promise<string> {
  const { session, query, close } = await openParts(target, parts, '*', reading);
  try {
    const [sums] = await session.rows(rowSumsQuery(`(${query})`, columnsOf(declaration), 'duckdb'));
    return tableFingerprint(declaration, {
      rows: sums?.['rows'] ?? '0',
      high: sums?.['high'] ?? '0',
      low: sums?.['low'] ?? '0',
    });
  } finally {
    await close();
  }
}

/** A session with a query for the rows of parts, and a folder of its own for copies of them until it is closed. */
async function openParts(
  target: Target,
  parts: readonly Part[],
  columns: string,
  reading: Reading,
): Promise<{ readonly session: Session; readonly query: string; close(): Promise<void> }> {
  const { scratch, threads, memoryBytes } = reading;
  const folder = await mkdtemp(join(scratch, 'read-'));
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  try {
    const source = { target, cache: reading.cache ?? noCache, folder };
    const { paths } = await localParts(parts, source, { columns: false });
    const session = await openSession({ memoryBytes, threads, spill: scratch });
    const close = async (): Promise<void> => {
      session.close();
      await remove();
    };
    return { session, query: parquetQuery([...paths.values()], columns), close };
  } catch (error) {
    await remove();
    throw error;
  }
}

function columnsOf(declaration: Declaration): Columns {
  return declaration.kind === 'table' ? (Object.fromEntries(declaration.columns) as Columns) : {};
}
