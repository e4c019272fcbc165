import { createReadStream, existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome, Part, RunContext, Work } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { ChildEnd, ChildHost, ChildPool } from './child-pool.ts';
import { failureOf } from './execute.ts';
import { runHere } from './in-process.ts';
import type { LocalJob, LocalResult } from './local-job.ts';
import { localJobOf, outputFolder } from './local-job.ts';
import { localParts } from './local-parts.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import { memoryFor, memoryShare } from './memory-ledger.ts';
import type { PartCache } from './part-cache.ts';

/** Where and with what attempts are run. */
export interface Surroundings {
  /** The attempt's own folder on the local disk. */
  readonly own: string;
  readonly spill: string;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly ledger: MemoryLedger;
  readonly cache: PartCache;
  readonly pool: ChildPool | undefined;
}

/** One attempt's work, from its parts to what it staged. */
export async function runWork(work: Work, context: RunContext, around: Surroundings): Promise<Outcome> {
  const { attempt } = work;
  if (work.signal.aborted) return { attempt, kind: 'cancelled' };
  const share = memoryShare(around.ledger);
  // In one process all jobs share one DuckDB, and so one limit: the ledger still decides who may begin.
  const limit = (granted: number): number => (around.pool === undefined ? around.memoryBytes : granted);
  const memory = async (bytes: number): Promise<number> => limit(await share.take(bytes));
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
    const memoryBytes =
      work.job.kind === 'load' ? undefined : await unlessAborted(work.signal, memory(memoryFor(work)));
    if (work.signal.aborted) return { attempt, kind: 'cancelled' };
    const { own: scratch, spill, threads } = around;
    const job = localJobOf(work, context, { scratch, spill, threads, memoryBytes, parts });
    const host: ChildHost = {
      signal: work.signal,
      timeoutMs: work.timeoutMs,
      progress: (step) => context.progress({ attempt, ...step }),
      memory,
      columns: async (names) => {
        const brought = parts.columns(names);
        fetching = brought.catch(() => undefined);
        return await brought;
      },
    };
    let end = await endOf(work, job, host, around);
    if (isShortOfMemory(end) && share.held < around.memoryBytes) {
      // What a job needs is a guess from sizes: where it was too low, it runs again with all there is, and so alone.
      share.free();
      const all = await unlessAborted(work.signal, memory(around.memoryBytes));
      if (all === undefined) return { attempt, kind: 'cancelled' };
      end = await endOf(work, { ...job, memoryBytes: all }, { ...host, memory: async () => all }, around);
    }
    return await outcomeOf(work, end, around);
  } catch (error) {
    if (work.signal.aborted) return { attempt, kind: 'cancelled' };
    // The others of the batch are to have their turn.
    return { attempt, ...failureOf(error, work.task.id) };
  } finally {
    // A child that crashed waits for no columns any more, and the folder that they go into is removed.
    left.abort();
    await fetching;
    share.end();
    // A function that was left behind in this process may still be writing there.
    if (existsSync(around.own))
      await rm(around.own, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

function isShortOfMemory(end: ChildEnd): boolean {
  return end.kind === 'result' && end.result.kind === 'failed' && end.result.error.code === 'memory-exceeded';
}

/** What `waited` gives; nothing when the attempt is cancelled before. */
async function unlessAborted<T>(signal: AbortSignal, waited: Promise<T>): Promise<T | undefined> {
  return await Promise.race([
    waited,
    new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
  ]);
}

/** Runs the job where jobs are run. */
async function endOf(work: Work, job: LocalJob, host: ChildHost, { pool }: Surroundings): Promise<ChildEnd> {
  if (job.kind !== 'load') host.progress({ phase: 'compute' });
  if (pool === undefined) return await runHere(work.job, job, host);
  if (job.kind !== 'sql' && job.configPath === undefined) throw withoutConfig(work);
  return await pool.run(job, host);
}

async function outcomeOf(work: Work, end: ChildEnd, around: Surroundings): Promise<Outcome> {
  const { attempt } = work;
  if (end.kind === 'result') return await staged(work, end.result, around);
  if (end.kind !== 'crashed') return { attempt, kind: end.kind };
  const message = `The attempt at ${work.task.id} crashed: ${end.why}.`;
  return { attempt, kind: 'crashed', error: { code: 'job-crashed', message } };
}

/** What a job's result is once its files are where they belong. */
async function staged(work: Work, result: LocalResult, { own, cache }: Surroundings): Promise<Outcome> {
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

function withoutConfig(work: Work): DaybookError {
  return new DaybookError(
    'usage',
    `${work.task.id} is a ${work.job.kind} job and there is no configuration file that a child process could import: use localRunner({ isolation: 'none' }).`,
  );
}
