import { stat } from 'node:fs/promises';
import type { ColumnType, ExpectedRow, Fetched, Json, LoadJob, RawFormat } from '@daybook/core';
import { canonicalJson, DaybookError, decimalOf, quoteName, sha256, sqlType } from '@daybook/core';
import type { Session } from './engine.ts';
import { checkColumns, literal, openSession, runnerFacts, sqlFailure } from './engine.ts';
import { digestContent } from './file-digest.ts';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';
import { withoutBlankEnd } from './raw-text.ts';
import { explainRefusal, mixesLineEnds, rawQuery } from './raw.ts';
import { createOutputViews, declaredTypes, measureTable, writeTable } from './staged-table.ts';

type FetchedFile = Fetched & { readonly kind: 'file' };

/** Runs a load job: fetches, parses and checks while casting, writes one Parquet part in the order of the source, controls. */
export async function runLoad(job: LocalJob, load: LoadJob, host: JobHost): Promise<LocalResult> {
  const fetched = await load.fetch({
    values: job.values,
    today: job.today,
    published: job.published,
    ...(job.current?.source === undefined ? {} : { previous: job.current.source }),
    scratch: job.scratch,
    signal: host.signal,
    progress: host.progress,
  });
  if (fetched.kind === 'waiting') return fetched;
  if (fetched.kind === 'not-modified') return { ...fetched, runner: await runnerFacts() };
  const format = load.formats[fetched.format];
  if (format === undefined) {
    const known = Object.keys(load.formats).join(', ');
    throw new DaybookError(
      'job-failed',
      `The load job of ${job.task} brought a file of the format ${fetched.format} and declares only ${known}.`,
    );
  }
  const source = sourceOf(fetched);
  const content = contentDigest(fetched.path, job.task);
  if (job.current !== undefined) {
    const fingerprint = loadedFingerprint(job, load, fetched, await content);
    if (
      fingerprint === job.current.fingerprint &&
      expectedDigestOf(job.current.source) === expectedDigestOf(source)
    ) {
      await fetched.confirm?.();
      return { kind: 'not-modified', source, runner: await runnerFacts() };
    }
  }
  return await loadFile(job, load, fetched, format, content, host);
}

async function loadFile(
  job: LocalJob,
  load: LoadJob,
  fetched: FetchedFile,
  format: RawFormat,
  content: Promise<string>,
  host: JobHost,
): Promise<LocalResult> {
  content.catch(() => undefined);
  const memoryBytes = await host.memory(await memoryForRaw(fetched.path));
  const { threads, spill } = job;
  const session = await openSession({ memoryBytes, threads, spill, signal: host.signal });
  try {
    host.progress({ phase: 'convert' });
    try {
      await convert(session, job, fetched, format);
    } catch (error) {
      // That the file is cut or damaged says more than where it could not be parsed.
      await content;
      throw error;
    }
    const fingerprint = loadedFingerprint(job, load, fetched, await content);
    await fetched.confirm?.();
    await createOutputViews(session, job);
    await createExpected(session, job.task, load, fetched.expected);
    host.progress({ phase: 'control' });
    const { file, controls } = await measureTable(session, job, {
      expected: fetched.expected !== undefined,
      fingerprint,
    });
    if (controls.some((control) => !control.held)) return { kind: 'blocked', controls };
    const facts = {
      files: [file],
      rows: file.rows,
      fingerprint,
      controls,
      source: sourceOf(fetched),
      runner: await runnerFacts(),
    };
    return { kind: 'staged', ...facts };
  } finally {
    session.close();
  }
}

async function convert(
  session: Session,
  job: LocalJob,
  fetched: FetchedFile,
  format: RawFormat,
  original = fetched,
): Promise<void> {
  const raw = await rawQuery(session, job, fetched, format);
  await session.run(`CREATE OR REPLACE TEMP VIEW raw AS ${raw}`);
  try {
    await checkColumns(session, format.statement, declaredTypes(job), job.task);
  } catch (error) {
    throw sqlFailure(error, job.task);
  }
  try {
    await writeTable(session, job, format.statement);
  } catch (error) {
    const blankEnd = fetched.format === 'csv' && original === fetched && mixesLineEnds(error);
    if (!blankEnd) throw await explainRefusal(error, session, job, original, format);
    // A blank last line is tolerated, and may end in another way than the others.
    const path = await withoutBlankEnd(fetched.path, job.scratch);
    await convert(session, job, { ...fetched, path }, format, original);
  }
}

/** The bytes as they came decide what a load made, with all that turns them into rows. */
function loadedFingerprint(job: LocalJob, load: LoadJob, fetched: FetchedFile, content: string): string {
  const { version, formats } = load;
  return sha256(
    canonicalJson({
      output: job.declaration,
      version,
      format: fetched.format,
      raw: formats[fetched.format],
      content,
    }),
  );
}

async function contentDigest(path: string, task: string): Promise<string> {
  try {
    return await digestContent(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The file ${path} for ${task} cannot be read to its end: ${why}. It is cut or damaged: put the whole file there, then run again.`;
    throw new DaybookError('input-unreadable', message, { cause: error });
  }
}

/** The source's facts, with a digest of what was expected, so that a changed expectation is controlled again. */
function sourceOf(fetched: FetchedFile): Json {
  if (fetched.expected === undefined) return fetched.source;
  const rows = fetched.expected.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
    ),
  );
  const facts =
    typeof fetched.source === 'object' && fetched.source !== null && !Array.isArray(fetched.source)
      ? fetched.source
      : { is: fetched.source };
  return { ...facts, expectedSha256: sha256(canonicalJson(rows)) };
}

function expectedDigestOf(source: Json | undefined): string | undefined {
  if (typeof source !== 'object' || source === null || !('expectedSha256' in source)) return undefined;
  return String(source.expectedSha256);
}

async function createExpected(
  session: Session,
  task: string,
  load: LoadJob,
  rows: readonly ExpectedRow[] | undefined,
): Promise<void> {
  if (rows === undefined || load.expected === undefined) return;
  const columns = Object.entries(load.expected);
  const declared = columns.map(([name, type]) => `${quoteName(name, 'duckdb')} ${sqlType(type, 'duckdb')}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE expected (${declared.join(', ')})`);
  for (const row of rows) {
    const cells = columns.map(([name, type]) => {
      const value = row[name] ?? null;
      if (value === null) return 'NULL';
      if (!isExact(String(value), type))
        throw notExpectable(task, `its ${name} ${value} is not exactly a ${type}`);
      return `CAST(${literal(String(value))} AS ${sqlType(type, 'duckdb')})`;
    });
    try {
      await session.run(`INSERT INTO expected VALUES (${cells.join(', ')})`);
    } catch (error) {
      const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw notExpectable(task, why, error);
    }
  }
}

/** Whether a number's text is in the form of its type: DuckDB would round what is not. */
function isExact(text: string, type: ColumnType): boolean {
  if (type === 'integer' || type === 'bigint') return /^-?\d+$/.test(text);
  const decimal = decimalOf(type);
  if (decimal === undefined) return true;
  const fraction = /^-?\d+(?:\.(\d+))?$/.exec(text);
  return fraction !== null && (fraction[1] ?? '').length <= decimal.scale;
}

function notExpectable(task: string, why: string, cause?: unknown): DaybookError {
  const message = `What is to be expected of ${task} cannot be read: ${why}. See to where its totals come from, then run again.`;
  return new DaybookError('input-unreadable', message, { cause });
}

/** What reading a raw file and controlling its rows may take: for many lines as much as there is. */
async function memoryForRaw(path: string): Promise<number> {
  const { size } = await stat(path);
  return 160 * 1024 * 1024 + size * (path.endsWith('.gz') || path.endsWith('.parquet') ? 6 : 1);
}
