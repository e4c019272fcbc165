import { assert } from './assert.ts';
import type { Outcome, RunContext, Runner, Work } from './runner.ts';

/**
 * The place of one attempt among those that go to a runner together. Each finds out for itself whether it must run; the
 * runner is called once, when all have said so or have left, with those that must.
 */
export interface BatchPlace {
  /** Runs, and gives the outcome. Once. Throws what the runner throws. */
  run(work: Work): Promise<Outcome>;
  /** The attempt has ended. Where it has run, this does nothing. */
  leave(): void;
}

/** The places of a batch of `size`. */
export function batchOf(runner: Runner, size: number, context: RunContext): readonly BatchPlace[] {
  const joined: Joined[] = [];
  let missing = size;
  const arrived = (): void => {
    missing -= 1;
    if (missing === 0 && joined.length > 0) void runAll(runner, joined, context);
  };
  const place = (): BatchPlace => {
    let here = false;
    return {
      run(work) {
        assert(!here, `${work.task.id} runs once in its batch.`);
        here = true;
        const outcome = Promise.withResolvers<Outcome>();
        joined.push({ work, outcome });
        arrived();
        return outcome.promise;
      },
      leave() {
        if (!here) arrived();
        here = true;
      },
    };
  };
  return Array.from({ length: size }, place);
}

interface Joined {
  readonly work: Work;
  readonly outcome: PromiseWithResolvers<Outcome>;
}

async function runAll(runner: Runner, joined: readonly Joined[], context: RunContext): Promise<void> {
  const byAttempt = new Map(joined.map(({ work, outcome }) => [work.attempt, outcome]));
  const works = joined.map(({ work }) => work);
  try {
    for await (const outcome of runner.run(works, context)) byAttempt.get(outcome.attempt)?.resolve(outcome);
  } catch (error) {
    for (const { outcome } of joined) outcome.reject(error);
    return;
  }
  // Those that have an outcome already keep it.
  for (const { work, outcome } of joined) {
    const message = `The runner ${runner.name} gave no outcome for ${work.task.id}.`;
    outcome.resolve({ attempt: work.attempt, kind: 'crashed', error: { code: 'bug', message } });
  }
}
