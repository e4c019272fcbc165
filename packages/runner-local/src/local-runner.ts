import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner, Statement } from '@daybook/core';
import { checkStatements } from './check/check-statements.ts';
import type { ChildPool } from './child-pool.ts';
import { childPool } from './child-pool.ts';
import { localDoctor } from './doctor.ts';
import { openSession } from './engine.ts';
import { memoryLedger } from './memory-ledger.ts';
import { partCache } from './part-cache.ts';
import type { Reading } from './read-parts.ts';
import { fingerprintOf, readRows } from './read-parts.ts';
import { runWork } from './run-work.ts';
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
  const cacheFolder = join(options.scratch ?? tmpdir(), `daybook-cache-${process.getuid?.() ?? 'user'}`);
  const cache = partCache(options.cache?.folder ?? cacheFolder, options.cache?.bytes ?? defaultCacheBytes);
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
