import { createReadStream, createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type {
  Columns,
  Declaration,
  Outcome,
  Part,
  RowsOptions,
  RunContext,
  Runner,
  Target,
  Work,
} from '@daybook/core';
import { DaybookError, quoteName, rowLinesQuery, rowSumsQuery, tableFingerprint } from '@daybook/core';
import type { ChildEnd, ChildPool } from './child-pool.ts';
import { childPool } from './child-pool.ts';
import { openSession } from './engine.ts';
import { execute } from './execute.ts';
import { parquetQuery } from './input-views.ts';
import type { LocalResult } from './local-job.ts';
import { localJobOf, outputFolder } from './local-job.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import { memoryLedger } from './memory-ledger.ts';
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
}

const defaultMemoryBytes = 512 * 1024 * 1024;

/**
 * Runs jobs on this machine: `load` and `sql` on DuckDB, `code` on Arrow.
 * @example defineConfig({ runners: [localRunner({ memoryBytes: 2 * 1024 ** 3 })], … })
 */
export function localRunner(options: LocalRunnerOptions = {}): Runner {
  const threads = options.threads ?? availableParallelism();
  const ledger = memoryLedger(options.memoryBytes ?? defaultMemoryBytes);
  let pool: ChildPool | undefined;
  let scratch: string | undefined;
  const scratchFolder = (): string => (scratch ??= makeScratch(options.scratch));
  const runner: Runner = {
    name: 'local',
    kinds: ['load', 'sql', 'code'],
    async *run(batch, context) {
      for (const work of batch) {
        const own = join(scratchFolder(), work.attempt);
        pool ??= childPool();
        const isolated = options.isolation === 'none' ? undefined : pool;
        yield await runWork(work, context, { own, threads, ledger, pool: isolated });
      }
    },
    async close() {
      pool?.close();
      pool = undefined;
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
      scratch = undefined;
    },
    readRows: (target, parts, declaration, rows) =>
      readRows(target, parts, declaration, rows, scratchFolder()),
    fingerprint: (target, parts, declaration) => fingerprintOf(target, parts, declaration, scratchFolder()),
  };
  return Object.freeze(runner);
}

interface Surroundings {
  /** The attempt's own folder on the local disk. */
  readonly own: string;
  readonly threads: number;
  readonly ledger: MemoryLedger;
  readonly pool: ChildPool | undefined;
}

async function runWork(work: Work, context: RunContext, around: Surroundings): Promise<Outcome> {
  const { attempt } = work;
  let grantedBytes = 0;
  const memory = async (bytes: number): Promise<number> => {
    const granted = await around.ledger.take(bytes);
    if (work.signal.aborted) around.ledger.free(granted);
    else grantedBytes = granted;
    return granted;
  };
  try {
    const paths = await localParts(
      context.target,
      work.inputs.flatMap((input) => input.parts),
      around.own,
    );
    const job = localJobOf(work, context, {
      scratch: around.own,
      threads: around.threads,
      localPath: (part) => paths.get(part.path) ?? part.path,
    });
    const progress = (step: {
      readonly phase: string;
      readonly done?: number;
      readonly total?: number;
      readonly unit?: string;
    }): void => context.progress({ attempt, ...step });
    const host = { signal: work.signal, timeoutMs: work.timeoutMs, progress, memory };
    if (around.pool === undefined) {
      const result = await execute(job, host, async () => work.job);
      return await outcomeOf(work, result, around.own);
    }
    if (job.kind !== 'sql' && job.configPath === undefined) throw withoutConfig(work);
    return await endOf(work, await around.pool.run(job, host), around.own);
  } finally {
    around.ledger.free(grantedBytes);
    await rm(around.own, { recursive: true, force: true });
  }
}

async function endOf(work: Work, end: ChildEnd, own: string): Promise<Outcome> {
  const { attempt } = work;
  if (end.kind === 'result') return await outcomeOf(work, end.result, own);
  if (end.kind !== 'crashed') return { attempt, kind: end.kind };
  const message = `The attempt at ${work.task.id} crashed: ${end.why}.`;
  return { attempt, kind: 'crashed', error: { code: 'job-crashed', message } };
}

async function outcomeOf(work: Work, result: LocalResult, own: string): Promise<Outcome> {
  const { attempt, stage } = work;
  if (result.kind !== 'staged') return { attempt, ...result };
  if (!stage.uri.startsWith('file:')) {
    for (const { name } of result.files)
      await stage.write(name, createReadStream(join(outputFolder(work, own), name)));
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

/** The local path of each part: where it is, in a folder; else a copy in `folder`. */
async function localParts(
  target: Target,
  parts: readonly Part[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const part of parts) {
    if (target.name.startsWith('file:')) {
      paths.set(
        part.path,
        fileURLToPath(new URL(part.path.split('/').map(encodeURIComponent).join('/'), target.name)),
      );
      continue;
    }
    const path = join(folder, `input-${paths.size}`);
    mkdirSync(folder, { recursive: true });
    await pipeline(target.read(part), createWriteStream(path));
    paths.set(part.path, path);
  }
  return paths;
}

async function* readRows(
  target: Target,
  parts: readonly Part[],
  declaration: Declaration,
  options: RowsOptions,
  scratch: string,
): AsyncIterable<readonly string[]> {
  const columns = columnsOf(declaration);
  const paths = await localParts(target, parts, scratch);
  const session = await openSession({
    memoryBytes: defaultMemoryBytes,
    threads: availableParallelism(),
    scratch,
  });
  try {
    const names = Object.keys(columns).map((name) => quoteName(name, 'duckdb'));
    yield* session.lines(
      rowLinesQuery(`(${parquetQuery([...paths.values()], names.join(', '))})`, columns, options),
    );
  } finally {
    session.close();
  }
}

async function fingerprintOf(
  target: Target,
  parts: readonly Part[],
  declaration: Declaration,
  scratch: string,
): Promise<string> {
  const paths = await localParts(target, parts, scratch);
  const session = await openSession({
    memoryBytes: defaultMemoryBytes,
    threads: availableParallelism(),
    scratch,
  });
  try {
    const [sums] = await session.rows(
      rowSumsQuery(`(${parquetQuery([...paths.values()])})`, columnsOf(declaration), 'duckdb'),
    );
    return tableFingerprint(declaration, {
      rows: sums?.['rows'] ?? '0',
      high: sums?.['high'] ?? '0',
      low: sums?.['low'] ?? '0',
    });
  } finally {
    session.close();
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
