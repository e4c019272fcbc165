import { expect, test } from 'vitest';
import { simulate } from './simulation/simulate.ts';

const seedsTogether = 50;
const first = Array.from({ length: 10 }, (_, index) => index * seedsTogether);

test.each(first)('with faults, then without, all is as it must be (fifty seeds from %d)', async (from) => {
  for (let seed = from; seed < from + seedsTogether; seed += 1) {
    const { violations } = await simulate(seed);
    expect(violations, `npm run simulate -- --seed ${seed}`).toEqual([]);
  }
});

test('a seed is a whole run: the same one has the same history', async () => {
  expect((await simulate(7)).history).toEqual((await simulate(7)).history);
});
