import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from '@daybook/core/testing';
import { DaybookError } from '@daybook/core';
import { schedulerClient } from '@daybook/scheduler';

/** What an operator does meanwhile. None of it changes what is published in the end. */
export interface Interventions {
  /** Begins one, which takes a while. */
  next(random: SeededRandom): void;
  /** Waits for those that go on, and resumes whatever is paused. */
  end(): Promise<void>;
}

const patienceMs = 60_000;

export function startInterventions(url: string, token: string): Interventions {
  const client = schedulerClient({ url, token, giveUpMs: patienceMs });
  const { port } = client;
  const going = new Set<Promise<void>>();
  const pauseFor = async (durationMs: number, name?: string): Promise<void> => {
    const named = name === undefined ? {} : { name };
    await port({ kind: 'pause', ...named });
    await wait(durationMs);
    await port({ kind: 'resume', ...named });
  };
  const cancelNewest = async (retryAfterMs: number): Promise<void> => {
    const [newest] = (await client.runs({ limit: 1 })).runs;
    if (newest === undefined) return;
    const { run } = newest;
    await port({ kind: 'cancel', run });
    await wait(retryAfterMs);
    await port({ kind: 'retry', run });
  };
  return {
    next(random) {
      const durationMs = 200 + random.below(1500);
      const acts = [
        () => pauseFor(durationMs),
        () => pauseFor(durationMs, 'account-statistics'),
        () => cancelNewest(durationMs),
      ];
      const act = random
        .pick(acts)()
        .catch((error: unknown) => {
          // Where nobody answers for so long the round fails by itself.
          if (!(error instanceof DaybookError)) throw error;
        })
        .finally(() => going.delete(act));
      going.add(act);
    },
    async end() {
      await Promise.all(going);
      await port({ kind: 'resume' });
      client.close();
    },
  };
}
