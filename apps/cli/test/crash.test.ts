import { afterAll, expect, test } from 'vitest';
import type { CrashRounds } from './crash/crash-rounds.ts';
import { crashRounds } from './crash/crash-rounds.ts';

let rounds: CrashRounds | undefined;
afterAll(() => rounds?.remove());

test(
  'a run killed with all its processes, then run again, ends as one left in peace',
  { timeout: 300_000 },
  async () => {
    rounds = await crashRounds();
    for (const seed of [0, 1, 8]) {
      const { deaths, wrong } = await rounds.round(seed);
      expect(wrong, `npm run crash -- --from ${seed} --rounds 1 (${deaths.join(', ')})`).toEqual([]);
    }
  },
);
