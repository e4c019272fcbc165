import { createHash } from 'node:crypto';
import type { CodeContext, CodeJob, Outcome, Runner, Work } from '@daybook/core';
import { DaybookError, filesFingerprint, reportOf } from '@daybook/core';

/**
 * Runs code jobs that write named files, in this process: for tasks that call a service or copy files, and need no engine.
 * It reads no tables and writes none.
 */
export function scriptRunner(): Runner {
  const runner: Runner = {
    name: 'script',
    kinds: ['code'],
    async *run(batch) {
      for (const work of batch) yield await outcomeOf(work);
    },
  };
  return Object.freeze(runner);
}

/** How one Work ends. Never throws: the others of the batch are to have their turn. */
async function outcomeOf(work: Work): Promise<Outcome> {
  const { attempt, signal, timeoutMs } = work;
  if (signal.aborted) return { attempt, kind: 'cancelled' };
  const limit = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => limit.abort(), timeoutMs);
  const over = AbortSignal.any([signal, limit.signal]);
  // A function cannot be killed. One that does not listen to its signal is left behind, and can write nothing more.
  const ended = new Promise<undefined>((resolve) => {
    over.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    const outcome = await Promise.race([staged(work, over), ended]);
    if (outcome !== undefined && !over.aborted) return outcome;
    return { attempt, kind: signal.aborted ? 'cancelled' : 'timed-out' };
  } catch (error) {
    if (over.aborted) return { attempt, kind: signal.aborted ? 'cancelled' : 'timed-out' };
    const report = reportOf(error, 'job-failed');
    const outside = report.code === 'source-failed' || report.code === 'target-failed';
    return { attempt, kind: 'failed', fault: outside ? 'infrastructure' : 'task', error: report };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the function of a Work, and stages and measures the files that it writes. */
async function staged(work: Work, over: AbortSignal): Promise<Outcome> {
  const { attempt, task, stage } = work;
  if (work.job.kind !== 'code' || task.definition.output?.kind !== 'files') {
    const why = `${task.id} is not a code job with files() as its output: give it to another runner.`;
    throw new DaybookError('output-invalid', why);
  }
  const digests = new Map<string, string>();
  const context: CodeContext<{}> = {
    values: task.values,
    inputs: {},
    signal: over,
    async writeFile(name, content) {
      over.throwIfAborted();
      const hash = createHash('sha256');
      await stage.write(name, hashed(content, hash, over));
      digests.set(name, hash.digest('hex'));
    },
  };
  await (work.job as CodeJob<{}>).run(context);
  const names = [...digests.keys()];
  const parts = (await stage.sync(names)).map(({ name, bytes, tag }) => ({
    path: `${stage.path}${name}`,
    bytes,
    rows: 0,
    sha256: digests.get(name) ?? '',
    ...(tag === undefined ? {} : { tag }),
  }));
  const files = [...digests].map(([name, sha256]) => ({ name, sha256 }));
  return {
    attempt,
    kind: 'staged',
    parts,
    rows: 0,
    fingerprint: filesFingerprint(files),
    controls: [],
    runner: { name: 'script', engine: 'node', node: process.version },
  };
}

/** A file's content as bytes, digested on the way; ends with an error when its work is over. */
async function* hashed(
  content: string | Iterable<string> | AsyncIterable<string | Uint8Array>,
  hash: ReturnType<typeof createHash>,
  over: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const piece of typeof content === 'string' ? [content] : content) {
    over.throwIfAborted();
    const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
    hash.update(bytes);
    yield bytes;
  }
}
