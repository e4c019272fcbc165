import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArrowTable, CodeContext, CodeInput, CodeJob } from '@daybook/core';
import { assert, DaybookError, filesFingerprint, rowLinesQuery } from '@daybook/core';
import type { Session } from './engine.ts';
import { openSession, runnerFacts } from './engine.ts';
import { digestFile } from './file-digest.ts';
import { createInputViews, dropInputViews, inputQuery } from './input-views.ts';
import type { JobHost, LocalFile, LocalInput, LocalJob, LocalResult } from './local-job.ts';
import { readArrowBatches, readArrowTable, writeArrowTable } from './parquet-arrow.ts';
import { measureDerived, tablePart } from './staged-table.ts';

/** Runs a code job: a function over Arrow inputs, to an Arrow table or to named files. */
export async function runCode(job: LocalJob, code: CodeJob, host: JobHost): Promise<LocalResult> {
  const engine = lazyEngine(job, host);
  try {
    const written = new Map<string, string>();
    const writes: Promise<void>[] = [];
    const context: CodeContext<Readonly<Record<string, unknown>>> = {
      values: job.values,
      inputs: Object.fromEntries(job.inputs.map((input) => [input.name, codeInput(input, engine)])),
      signal: host.signal,
      writeFile: (name, content) => {
        const writing = writeNamedFile(job, written, name, content);
        writing.catch(() => undefined);
        writes.push(writing);
        return writing;
      },
    };
    const table = await (code as CodeJob<unknown>).run(context as CodeContext<unknown>);
    // A file that the job did not wait for is whole before it is digested, too.
    await Promise.all(writes);
    if (job.declaration.kind === 'files') return await namedFiles(job, written);
    if (table === undefined) {
      throw new DaybookError(
        'output-invalid',
        `The code job of ${job.task} returned nothing: return an Arrow table, or declare files() as its output.`,
      );
    }
    writeFileSync(join(job.folder, tablePart), await writeArrowTable(table));
    return await measureDerived(job, host, await engine.session());
  } finally {
    await engine.close();
  }
}

/** What a job may need and many do without: DuckDB with views of the inputs. */
interface LazyEngine {
  session(): Promise<Session>;
  close(): Promise<void>;
}

function lazyEngine(job: LocalJob, host: JobHost): LazyEngine {
  let opened: Promise<Session> | undefined;
  const { memoryBytes, threads, spill } = job;
  assert(memoryBytes !== undefined, `${job.task} is a code job without memory.`);
  const open = async (): Promise<Session> => {
    const session = await openSession({ memoryBytes, threads, spill, signal: host.signal });
    try {
      await createInputViews(session, job.inputs);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  };
  return {
    session: () => (opened ??= open()),
    async close() {
      const session = await opened?.catch(() => undefined);
      if (session === undefined) return;
      await dropInputViews(session, job.inputs);
      session.close();
    },
  };
}

function codeInput(input: LocalInput, engine: LazyEngine): CodeInput {
  const checked = (columns: readonly string[] | undefined): readonly string[] => {
    const names = columns ?? Object.keys(input.columns);
    const unknown = names.find((name) => !Object.hasOwn(input.columns, name));
    if (unknown === undefined) return names;
    throw new DaybookError(
      'job-failed',
      `The input ${input.name} has no column "${unknown}": it has ${Object.keys(input.columns).join(', ')}.`,
    );
  };
  return {
    table: async (columns) => (await readArrowTable(input, checked(columns))) as ArrowTable,
    batches: (columns) => readArrowBatches(input, checked(columns)) as AsyncIterable<ArrowTable>,
    async *tsv(options = {}) {
      const names = checked(options.columns);
      const columns = Object.fromEntries(
        names.map((name) => [name, input.columns[name] ?? 'string'] as const),
      );
      const orderBy = checked(options.orderBy ?? input.orderBy);
      yield `${names.join('\t')}\n`;
      const session = await engine.session();
      for await (const lines of session.lines(
        rowLinesQuery(`(${inputQuery(input)})`, columns, { orderBy, as: 'tsv' }),
      ))
        yield `${lines.join('\n')}\n`;
    },
  };
}

async function writeNamedFile(
  job: LocalJob,
  written: Map<string, string>,
  name: string,
  content: string | Iterable<string> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  if (job.declaration.kind !== 'files')
    throw new DaybookError(
      'output-invalid',
      `The code job of ${job.task} writes the file ${name} and declares a table: return it instead.`,
    );
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(name) || written.has(name)) {
    throw new DaybookError(
      'output-invalid',
      `The code job of ${job.task} writes a file named "${name}": use each name once, of letters, digits, ".", "_" and "-".`,
    );
  }
  const path = join(job.folder, name);
  written.set(name, path);
  if (name.includes('/')) mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'string') writeFileSync(path, content);
  else await pipeline(content, createWriteStream(path));
}

async function namedFiles(job: LocalJob, written: ReadonlyMap<string, string>): Promise<LocalResult> {
  if (written.size === 0)
    throw new DaybookError('output-invalid', `The code job of ${job.task} wrote no file: call writeFile.`);
  const files: LocalFile[] = [];
  for (const [name, path] of written) files.push({ name, rows: 0, sha256: await digestFile(path) });
  return {
    kind: 'staged',
    files,
    rows: 0,
    fingerprint: filesFingerprint(files),
    controls: [],
    runner: await runnerFacts(),
  };
}
