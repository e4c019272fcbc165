import { join } from 'node:path';
import type { ControlResult } from '@daybook/core';
import { quoteName, rowSumsQuery, sqlType, tableFingerprint } from '@daybook/core';
import { runControls } from './controls.ts';
import type { Session } from './engine.ts';
import { checkColumns, literal, runnerFacts, subquery } from './engine.ts';
import { digestFile } from './file-digest.ts';
import { parquetQuery } from './input-views.ts';
import type { JobHost, LocalFile, LocalJob, LocalResult } from './local-job.ts';

/** The one data file of a table made here. */
export const tablePart = 'part-0.parquet';

/**
 * How DuckDB writes a part. A part is written once and fetched by every reader, so its bytes count for more than the 4 % of
 * a big day's processor time by which this level of zstd is dearer than the lowest; and without bloom filters, which no job
 * here asks anything of, the columns of a job lie closer together. The second version of Parquet would be smaller yet, but
 * parquet-wasm fails on its deltas between the extremes of a bigint.
 */
const parquetOptions = 'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 5, WRITE_BLOOM_FILTER false';

/** The declared columns of a job's output with their DuckDB types. */
export function declaredTypes(job: LocalJob): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(job.columns).map(([name, type]) => [name, sqlType(type, 'duckdb')]),
  );
}

/** Writes the rows of a query as the job's Parquet part, in the declared order of columns. */
export async function writeTable(session: Session, job: LocalJob, query: string): Promise<void> {
  await session.run(tableCopy(job, query));
}

/** The statement that does so. */
export function tableCopy(job: LocalJob, query: string): string {
  const columns = Object.keys(job.columns).map((name) => quoteName(name, 'duckdb'));
  const path = literal(join(job.folder, tablePart));
  return `COPY (SELECT ${columns.join(', ')} FROM ${subquery(query)}) TO ${path} (${parquetOptions})`;
}

/** Makes the relations `output` and `numbered_output` of the staged part. */
export async function createOutputViews(session: Session, job: LocalJob): Promise<void> {
  const path = join(job.folder, tablePart);
  await session.run(`CREATE OR REPLACE TEMP VIEW output AS ${parquetQuery([path])}`);
  const numbered = parquetQuery([path], '*', ', file_row_number = true');
  await session.run(`CREATE OR REPLACE TEMP VIEW numbered_output AS ${numbered}`);
  await checkColumns(session, 'SELECT * FROM output', declaredTypes(job), job.task);
}

/** What is known of a staged table once it has been looked at. */
export interface Measured {
  readonly file: LocalFile;
  readonly controls: readonly ControlResult[];
  readonly fingerprint: string;
}

/** Runs the controls, counts and digests a staged table. A loaded table's fingerprint is given, a derived one's is made here. */
export async function measureTable(
  session: Session,
  job: LocalJob,
  options: { readonly expected: boolean; readonly fingerprint?: string },
): Promise<Measured> {
  const digest = digestFile(join(job.folder, tablePart));
  const controls = await runControls(session, job.controls, options.expected);
  const sums =
    options.fingerprint === undefined
      ? await session.rows(rowSumsQuery('output', job.columns, 'duckdb'))
      : [];
  const [counted] = sums.length > 0 ? sums : await session.rows('SELECT count(*) AS rows FROM output');
  const rows = counted?.['rows'] ?? '0';
  const fingerprint =
    options.fingerprint ??
    tableFingerprint(job.declaration, { rows, high: counted?.['high'] ?? '0', low: counted?.['low'] ?? '0' });
  return { file: { name: tablePart, rows: Number(rows), sha256: await digest }, controls, fingerprint };
}

/** Controls, counts and digests a derived table that has been written. */
export async function measureDerived(job: LocalJob, host: JobHost, session: Session): Promise<LocalResult> {
  await createOutputViews(session, job);
  host.progress({ phase: 'control' });
  // Only a load job can have nothing to expect: here an input may be called so, and no control is left out.
  const { file, controls, fingerprint } = await measureTable(session, job, { expected: true });
  if (controls.some((control) => !control.held)) return { kind: 'blocked', controls };
  return {
    kind: 'staged',
    files: [file],
    rows: file.rows,
    fingerprint,
    controls,
    runner: await runnerFacts(),
  };
}
