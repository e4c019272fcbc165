import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AnyTaskDefinition,
  AttemptEnd,
  Manifest,
  RunObserver,
  Runner,
  RunResult,
  Target,
  Task,
} from '@daybook/core';
import { checkConfig, manifestStore, run } from '@daybook/core';
import { fileTargets } from '@daybook/target-file';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { onTestFinished } from 'vitest';
import { localRunner } from '../src/index.ts';

/** The accounting today of all tests. */
export const today = '2020-02-01';

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runner-local-test-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface ProjectOptions {
  readonly target?: Target;
  readonly root?: string;
  /** Default: a runner in this process. */
  readonly runner?: Runner;
  readonly configPath?: string;
  readonly workers?: number;
}

/** Tasks with a target and a runner, to run as a user does. */
export interface Project {
  readonly root: string;
  readonly target: Target;
  readonly runner: Runner;
  run(roots: readonly Task[], options?: RunProject): Promise<RunResult & { readonly ends: Ends }>;
  /** Runs one task and tells how its last attempt ended. */
  end(task: Task, options?: RunProject): Promise<AttemptEnd>;
  manifest(task: Task): Promise<Manifest>;
  /** The local path of the one part of a task's current version. */
  part(task: Task): Promise<string>;
  /** The rows of a task's current version, read by a DuckDB of the test's own, in order. */
  rows(task: Task, columns?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface RunProject {
  readonly force?: boolean;
  readonly refetch?: boolean;
  readonly today?: string;
  readonly signal?: AbortSignal;
  readonly observer?: RunObserver;
}

export type Ends = Readonly<Record<string, AttemptEnd>>;

export function projectOf(tasks: readonly AnyTaskDefinition[], options: ProjectOptions = {}): Project {
  const root = options.root ?? temporaryFolder();
  const target = options.target ?? fileTargets({ root });
  const runner = options.runner ?? localRunner({ isolation: 'none', threads: 2, cache: { bytes: 0 } });
  const config = checkConfig({ targets: target, runners: [runner], tasks }, 'the test');
  let last: Ends = {};
  const project: Project = {
    root,
    target,
    runner,
    async run(roots, asked = {}) {
      const ends: Record<string, AttemptEnd> = {};
      const result = await run({
        config,
        roots,
        today,
        workers: options.workers ?? 1,
        ...(options.configPath === undefined ? {} : { configPath: options.configPath }),
        ...asked,
        observer: {
          ...asked.observer,
          ended: (lease, end, retryAtMs) => {
            ends[lease.task] = end;
            asked.observer?.ended?.(lease, end, retryAtMs);
          },
        },
      });
      last = ends;
      return { ...result, ends };
    },
    async end(task, asked) {
      const { ends } = await project.run([task], asked);
      return ends[task.id] ?? { kind: 'fresh' };
    },
    async manifest(task) {
      const stored = await manifestStore(target).current(task.id);
      if (stored === undefined) throw new Error(`${task.id} is not published: ${JSON.stringify(last)}`);
      return stored.manifest;
    },
    async part(task) {
      const [part] = (await project.manifest(task)).parts;
      return join(root, part?.path ?? '');
    },
    async rows(task, columns = '*') {
      const path = (await project.part(task)).replaceAll("'", "''");
      return await query(
        `SELECT ${columns} FROM read_parquet('${path}', hive_partitioning = false) ORDER BY ALL`,
      );
    },
  };
  return project;
}

/** The text of a named file of a task's current version. */
export async function fileText(project: Project, task: Task, name: string): Promise<string> {
  const part = (await project.manifest(task)).parts.find((each) => each.path.endsWith(`/${name}`));
  return readFileSync(join(project.root, part?.path ?? ''), 'utf8');
}

let connection: Promise<DuckDBConnection> | undefined;

/** The rows of a query as plain JSON, by a DuckDB that is not the runner's; times are shown in UTC. */
export async function query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  connection ??= DuckDBInstance.create(':memory:').then(async (instance) => {
    const opened = await instance.connect();
    await opened.run("SET TimeZone = 'UTC'");
    return opened;
  });
  return (await (await connection).runAndReadAll(text)).getRowObjectsJson();
}

/** The configuration that child processes of these tests import. */
export const childConfig = fileURLToPath(new URL('./fixtures/daybook.config.ts', import.meta.url));
