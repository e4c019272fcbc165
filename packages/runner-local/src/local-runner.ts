import { createReadStream, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type {
  Columns,
  Declaration,
  Outcome,
  Part,
  RowsOptions,
  RunContext,
  Runner,
  Statement,
  Target,
  Work,
} from '@daybook/core';
import { DaybookError, quoteName, rowLinesQuery, rowSumsQuery, tableFingerprint } from '@daybook/core';
import type { ChildEnd, ChildHost, ChildPool } from './child-pool.ts';
import { childPool } from './child-pool.ts';
import { checkStatements } from './check/check-statements.ts';
import { localDoctor } from './doctor.ts';
import type { Session } from './engine.ts';
import { openSession } from './engine.ts';
import { failureOf } from './execute.ts';
import { runHere } from './in-process.ts';
import { parquetQuery } from './input-views.ts';
import type { LocalResult } from './local-job.ts';
import { localJobOf, outputFolder } from './local-job.ts';
import { localParts } from './local-parts.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import { memoryFor, memoryLedger } from './memory-ledger.ts';
import type { PartCache } from './part-cache.ts';
import { noCache, partCache } from './part-cache.ts';
import { makeScratch } from './scratch.ts';

export interface LocalRunnerOptions {
  /**
   * `process` (the default): jobs run in warm child processes, which import the user's configuration. `none`: in this
   * process, for use as a library without a configuration file; a crash is then a crash of everything.
   */
  readonly isolation?: 'process' | 'none';
  /** What DuckDB may use over all children, in bytes. Default 512 MiB. */
  readonly memoryBytes?: number;
  /** How many threads DuckDB uses for one job. Default: one for each processor. */
  readonly threads?: number;
  /** The local folder under which attempts keep what they need while they run. Default: the system's temporary folder. */
  readonly scratch?: string;
  /**
   * What is kept of parts of a target that is no folder, so that what one attempt fetched or made is there for the next.
   * All processes of a user share it. `folder`, default `daybook-cache-<user>` beside what attempts keep: on the same file
   * system, so that nothing is copied. `bytes`, default 4 GiB: when there is more on the disk, what was used least recently
   * is removed; a day's inputs that do not fit are fetched again by each task. 0 keeps nothing.
   */
  readonly cache?: { readonly folder?: string; readonly bytes?: number };
}

const defaultCacheBytes = 4 * 1024 ** 3;

const defaultMemoryBytes = 512 * 1024 * 1024;

/**
 * Runs jobs on this machine: `load` and `sql` on DuckDB, `code` on Arrow.
 * @example defineConfig({ runners: [localRunner({ memoryBytes: 2 * 1024 ** 3 })], … })
 */
export function localRunner(options: LocalRunnerOptions = {}): Runner {
  const threads = options.threads ?? availableParallelism();
  const memoryBytes = options.memoryBytes ?? defaultMemoryBytes;
  const ledger = memoryLedger(memoryBytes);
  let pool: ChildPool | undefined;
  let scratch: string | undefined;
  const scratchFolder = (): string => (scratch ??= makeScratch(options.scratch));
  const cache = partCache(
    options.cache?.folder ?? join(options.scratch ?? tmpdir(), `daybook-cache-${userInfo().uid}`),
    options.cache?.bytes ?? defaultCacheBytes,
  );
  const reading = (): Reading => ({ scratch: scratchFolder(), threads, memoryBytes });
  const runner: Runner = {
    name: 'local',
    kinds: ['load', 'sql', 'code'],
    async *run(batch, context) {
      for (const work of batch) {
        const own = join(scratchFolder(), work.attempt);
        pool ??= childPool();
        const isolated = options.isolation === 'none' ? undefined : pool;
        const around = { own, spill: scratchFolder(), threads, memoryBytes, ledger, cache, pool: isolated };
        yield await runWork(work, context, around);
      }
    },
    async close() {
      await pool?.close();
      pool = undefined;
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
      scratch = undefined;
    },
    readRows: (target, parts, declaration, rows) =>
      readRows(target, parts, declaration, rows, { ...reading(), cache }),
    fingerprint: (target, parts, declaration) => fingerprintOf(target, parts, declaration, reading()),
    check: (statements) => checked(statements, reading()),
    // Told when it is asked: a child, and a command that checks nothing, need not read a file for it.
    get checkedBy() {
      return checkedBy();
    },
    doctor: () => localDoctor({ scratch: scratchFolder, threads, memoryBytes }),
  };
  return Object.freeze(runner);
}

interface Surroundings {
  /** The attempt's own folder on the local disk. */
  readonly own: string;
  readonly spill: string;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly ledger: MemoryLedger;
  readonly cache: PartCache;
  readonly pool: ChildPool | undefined;
}

async function runWork(work: Work, context: RunContext, around: Surroundings): Promise<Outcome> {
  const { attempt } = work;
  if (work.signal.aborted) return { attempt, kind: 'cancelled' };
  let grantedBytes = 0;
  let ended = false;
  const memory = async (bytes: number): Promise<number> => {
    const granted = await around.ledger.take(bytes);
    if (ended) around.ledger.free(granted);
    else grantedBytes += granted;
    // In one process all jobs share one DuckDB, and so one limit: the ledger still decides who may begin.
    return around.pool === undefined ? around.memoryBytes : granted;
  };
  const left = new AbortController();
  const signal = AbortSignal.any([work.signal, left.signal]);
  let fetching: Promise<unknown> | undefined;
  try {
    const parts = await localParts(
      work.inputs.flatMap((input) => input.parts),
      { target: context.target, cache: around.cache, folder: around.own, signal },
      { columns: work.job.kind === 'sql' },
    );
    // What a load job needs is known when it has fetched its file.
    const memoryBytes = work.job.kind === 'load' ? undefined : await grantedMemory(work, memory);
    if (work.signal.aborted) return { attempt, kind: 'cancelled' };
    const job = localJobOf(work, context, {
      scratch: around.own,
      spill: around.spill,
      threads: around.threads,
      memoryBytes,
      localPath: (part) => parts.paths.get(part.path) ?? part.path,
      footers: parts.footers,
    });
    const progress = (step: {
      readonly phase: string;
      readonly done?: number;
      readonly total?: number;
      readonly unit?: string;
    }): void => context.progress({ attempt, ...step });
    const columns: ChildHost['columns'] = async (names) => {
      const brought = parts.columns(names);
      fetching = brought.catch(() => undefined);
      return await brought;
    };
    const host = { signal: work.signal, timeoutMs: work.timeoutMs, progress, memory, columns };
    if (job.kind !== 'load') progress({ phase: 'compute' });
    if (around.pool === undefined) return await endOf(work, await runHere(work.job, job, host), around);
    if (job.kind !== 'sql' && job.configPath === undefined) throw withoutConfig(work);
    return await endOf(work, await around.pool.run(job, host), around);
  } catch (error) {
    if (work.signal.aborted) return { attempt, kind: 'cancelled' };
    // The others of the batch are to have their turn.
    return { attempt, ...failureOf(error, work.task.id) };
  } finally {
    ended = true;
    left.abort();
    await fetching;
    around.ledger.free(grantedBytes);
    // A function that was left behind in this process may still be writing there.
    if (existsSync(around.own))
      await rm(around.own, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

/** The memory that a job over its inputs is granted; nothing if it is cancelled while it waits. */
async function grantedMemory(
  work: Work,
  memory: (bytes: number) => Promise<number>,
): Promise<number | undefined> {
  return await Promise.race([
    memory(memoryFor(work)),
    new Promise<undefined>((resolve) => {
      work.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
  ]);
}

async function endOf(work: Work, end: ChildEnd, around: Surroundings): Promise<Outcome> {
  const { attempt } = work;
  if (end.kind === 'result') return await outcomeOf(work, end.result, around);
  if (end.kind !== 'crashed') return { attempt, kind: end.kind };
  const message = `The attempt at ${work.task.id} crashed: ${end.why}.`;
  return { attempt, kind: 'crashed', error: { code: 'job-crashed', message } };
}

async function outcomeOf(work: Work, result: LocalResult, { own, cache }: Surroundings): Promise<Outcome> {
  const { attempt, stage } = work;
  if (result.kind === 'blocked' && !stage.uri.startsWith('file:')) {
    // What is blocked is kept where a person can look at it.
    const folder = outputFolder(work, own);
    for (const name of await readdir(folder)) await stage.write(name, createReadStream(join(folder, name)));
  }
  if (result.kind !== 'staged') return { attempt, ...result };
  if (!stage.uri.startsWith('file:')) {
    for (const { name, sha256 } of result.files) {
      const path = join(outputFolder(work, own), name);
      await stage.write(name, createReadStream(path));
      await cache.keep(sha256, path);
    }
  }
  const synced = new Map(
    (await stage.sync(result.files.map((file) => file.name))).map((file) => [file.name, file]),
  );
  const { files: _, ...rest } = result;
  const parts = result.files.map(({ name, rows, sha256 }): Part => {
    const file = synced.get(name);
    const tag = file?.tag === undefined ? {} : { tag: file.tag };
    return { path: `${stage.path}${name}`, bytes: file?.bytes ?? 0, rows, sha256, ...tag };
  });
  return { attempt, ...rest, parts };
}

/** What reading outside a job may use. */
interface Reading {
  readonly scratch: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** Where it may be of use: what is verified is read from the target itself. */
  readonly cache?: PartCache;
}

async function* readRows(
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

async function fingerprintOf(
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

async function checked(
  statements: readonly Statement[],
  { memoryBytes, threads, scratch }: Reading,
): ReturnType<NonNullable<Runner['check']>> {
  const session = await openSession({ memoryBytes, threads, spill: scratch });
  try {
    return await checkStatements(session, statements);
  } finally {
    session.close();
  }
}

/** The versions of this package and of DuckDB, told without loading DuckDB. */
function checkedBy(): string {
  const { name, version, dependencies } = createRequire(import.meta.url)('../package.json') as {
    readonly name: string;
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return `${name} ${version}, duckdb ${dependencies['@duckdb/node-api']}`;
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

function withoutConfig(work: Work): DaybookError {
  return new DaybookError(
    'usage',
    `${work.task.id} is a ${work.job.kind} job and there is no configuration file that a child process could import: use localRunner({ isolation: 'none' }).`,
  );
}
