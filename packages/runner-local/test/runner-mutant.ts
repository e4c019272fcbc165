import type { Outcome, RunContext, Runner, Work } from '@daybook/core';

/** A runner with one defect, and the laws that must notice it. */
export interface RunnerMutant {
  readonly defect: string;
  readonly breaks: readonly string[];
  mutate(sound: Runner): Runner;
}

export type Staged = Outcome & { readonly kind: 'staged' };

/** The same law for each of these kinds of job. */
export function each(kinds: readonly string[], law: string): readonly string[] {
  return kinds.map((kind) => `${kind}: ${law}`);
}

/** Changes the Work before the runner sees it. */
export function withWork(change: (work: Work) => Work): RunnerMutant['mutate'] {
  return (sound) => ({ ...sound, run: (batch, context) => sound.run(batch.map(change), context) });
}

/** Changes what the runner says. */
export function withOutcome(
  change: (outcome: Outcome, work: Work, context: RunContext) => Outcome | Promise<Outcome>,
): RunnerMutant['mutate'] {
  return (sound) => ({
    ...sound,
    async *run(batch, context) {
      for await (const outcome of sound.run(batch, context)) {
        const work = batch.find(({ attempt }) => attempt === outcome.attempt);
        yield work === undefined ? outcome : await change(outcome, work, context);
      }
    },
  });
}

/** Changes what the runner says of what it staged. */
export function withStaged(change: (staged: Staged) => Staged): RunnerMutant['mutate'] {
  return withOutcome((outcome) => (outcome.kind === 'staged' ? change(outcome) : outcome));
}

/** Answers in time when work is to end, and lets the job go on until the runner is closed. */
export function leftRunning(ended: 'cancelled' | 'timed-out'): RunnerMutant['mutate'] {
  return (sound) => {
    const closing = new AbortController();
    return {
      ...sound,
      async *run(batch, context) {
        for (const work of batch) {
          const { timeoutMs, ...endless } = { ...work, signal: closing.signal };
          const limit = AbortSignal.timeout(ended === 'timed-out' ? (timeoutMs ?? 60_000) : 60_000);
          yield await Promise.race([outcomeOf(sound, endless, context), whenOver(work, limit)]);
        }
      },
      async close() {
        closing.abort();
        await sound.close?.();
      },
    };
  };
}

async function outcomeOf(runner: Runner, work: Work, context: RunContext): Promise<Outcome> {
  for await (const outcome of runner.run([work], context)) return outcome;
  throw new Error(`${work.task.id} has no outcome.`);
}

async function whenOver({ attempt, signal }: Work, limit: AbortSignal): Promise<Outcome> {
  const over = AbortSignal.any([signal, limit]);
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  return { attempt, kind: limit.aborted ? 'timed-out' : 'cancelled' };
}
