import type { Job } from '@daybook/core';
import type { ChildEnd, ChildHost } from './child-pool.ts';
import { stopwatch } from './child-pool.ts';
import { execute } from './execute.ts';
import type { LocalJob } from './local-job.ts';

/**
 * Runs a job here. When its time is over or it is cancelled, SQL is interrupted and functions are told by their signal; one
 * that does not listen is left behind, for here it cannot be killed.
 */
export async function runHere(found: Job, job: LocalJob, host: ChildHost): Promise<ChildEnd> {
  const watch = new AbortController();
  const limit = stopwatch(host.timeoutMs, () => watch.abort());
  const stopped = AbortSignal.any([host.signal, watch.signal]);
  let over = false;
  const held = async <Answer>(waiting: () => Promise<Answer>): Promise<Answer> => {
    limit.hold();
    try {
      return await waiting();
    } finally {
      if (!over) limit.go();
    }
  };
  const jobHost = {
    signal: stopped,
    progress: host.progress,
    memory: async (bytes: number) => await held(async () => await host.memory(bytes)),
    columns: async (names: readonly string[] | undefined) =>
      await held(async () => await host.columns(names)),
  };
  limit.go();
  const end = await Promise.race([
    execute(job, jobHost, async () => found),
    new Promise<undefined>((resolve) => {
      if (stopped.aborted) resolve(undefined);
      stopped.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
  ]);
  over = true;
  limit.hold();
  if (watch.signal.aborted) return { kind: 'timed-out' };
  return end === undefined ? { kind: 'cancelled' } : { kind: 'result', result: end };
}
