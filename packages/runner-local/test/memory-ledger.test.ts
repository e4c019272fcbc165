import { seededRandom } from '@daybook/core/testing';
import { expect, test } from 'vitest';
import { memoryLedger } from '../src/memory-ledger.ts';

test('what is free is granted at once, to the byte', async () => {
  const ledger = memoryLedger(100);
  expect(await ledger.take(60)).toBe(60);
  expect(await ledger.take(40)).toBe(40);
});

test('who asks for more than there is in total is granted the total, once everything is free', async () => {
  const ledger = memoryLedger(100);
  await ledger.take(1);
  const granted: number[] = [];
  const all = ledger.take(1_000).then((bytes) => granted.push(bytes));
  await settled();
  expect(granted).toEqual([]);
  ledger.free(1);
  await all;
  expect(granted).toEqual([100]);
});

test('who asks first is served first, even where a later one would fit', async () => {
  const ledger = memoryLedger(100);
  await ledger.take(80);
  const served: string[] = [];
  void ledger.take(50).then(() => served.push('first'));
  void ledger.take(10).then(() => served.push('second'));
  await settled();
  expect(served).toEqual([]);
  ledger.free(80);
  await settled();
  expect(served).toEqual(['first', 'second']);
});

test('whatever is asked for and freed, the total is never exceeded and everybody is served in order', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seededRandom(seed);
    const total = 1 + random.below(1_000);
    const ledger = memoryLedger(total);
    const [held, served]: [number[], number[]] = [[], []];
    const take = async (id: number): Promise<void> => {
      held.push(await ledger.take(random.below(1_500)));
      served.push(id);
    };
    const taking: Promise<void>[] = [];
    for (let id = 0; id < 100; id += 1) {
      taking.push(take(id));
      await settled();
      expect(held.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(total);
      if (random.oneIn(2) && held.length > 0) ledger.free(held.splice(random.below(held.length), 1)[0] ?? 0);
    }
    while (served.length < 100) {
      ledger.free(held.pop() ?? 0);
      await settled();
      expect(held.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(total);
    }
    await Promise.all(taking);
    expect(served).toEqual(Array.from({ length: 100 }, (_, id) => id));
  }
});

/** Lets everything that is resolved go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
