import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Crowd } from './crowd/crowd.ts';
import { crowd } from './crowd/crowd.ts';

let rounds: Crowd | undefined;
beforeAll(async () => {
  rounds = await crowd({ leastMs: 8_000, mostMs: 11_000 });
}, 60_000);
afterAll(() => rounds?.remove());

test.each([0, 1, 2])(
  'a month that a scheduler and four workers close while they are killed and stopped is as one closed in peace (seed %i)',
  { timeout: 200_000 },
  async (seed) => {
    const { wrong } = (await rounds?.round(seed)) ?? { wrong: ['The exchange was not prepared.'] };
    expect(wrong, `npm run crowd -- --from ${seed} --rounds 1`).toEqual([]);
  },
);
