import { expect, test } from 'vitest';
import { inOrder } from '../src/in-order.ts';
import { allOf } from './bytes.ts';

/** Work that goes on until it is let go, and what was under way at once at most. */
function gated() {
  const open = new Map<number, () => void>();
  const state = { most: 0, signals: [] as AbortSignal[] };
  const work = async (item: number, signal: AbortSignal): Promise<number> => {
    state.signals.push(signal);
    await new Promise<void>((resolve) => {
      open.set(item, resolve);
      state.most = Math.max(state.most, open.size);
    });
    open.delete(item);
    return item * 10;
  };
  const letGo = (item: number): void => open.get(item)?.();
  return { work, letGo, open, state };
}

test('what was made comes in the order of the items, whichever ends first', async () => {
  const { work, letGo, open } = gated();
  const made = allOf(inOrder([1, 2, 3], { atOnce: 3 }, work));
  await Promise.resolve();
  expect([...open.keys()]).toEqual([1, 2, 3]);
  for (const item of [3, 1, 2]) letGo(item);
  expect(await made).toEqual([10, 20, 30]);
});

test('no more are worked on than is allowed, by number and by weight', async () => {
  for (const [options, most] of [
    [{ atOnce: 2 }, 2],
    [{ atOnce: 9, weight: { of: () => 3, most: 10 } }, 3],
    [{ atOnce: 9, weight: { of: () => 30, most: 10 } }, 1],
  ] as const) {
    const { work, letGo, state } = gated();
    const made = allOf(inOrder([1, 2, 3, 4, 5, 6], options, work));
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (let item = 6; item >= 1; item -= 1) letGo(item);
    }
    expect(await made).toEqual([10, 20, 30, 40, 50, 60]);
    expect(state.most).toBe(most);
  }
});

test('an item that fails ends it in its turn, and aborts the rest', async () => {
  const signals: AbortSignal[] = [];
  const seen: number[] = [];
  const work = async (item: number, signal: AbortSignal): Promise<number> => {
    signals.push(signal);
    if (item === 2) throw new RangeError('two');
    return item;
  };
  const reading = async (): Promise<void> => {
    for await (const each of inOrder([1, 2, 3, 4, 5], { atOnce: 3 }, work)) seen.push(each);
  };
  await expect(reading()).rejects.toThrow(new RangeError('two'));
  expect(seen).toEqual([1]);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});
