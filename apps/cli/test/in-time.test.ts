import { expect, test } from 'vitest';
import { inTime } from '../src/in-time.ts';

test('what comes in time is given, be it an error', async () => {
  expect(await inTime(60_000, async () => 7)).toBe(7);
  await expect(inTime(60_000, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('silence is an error that says for how long', async () => {
  const silent = inTime(10, async () => await new Promise<never>(() => {}));
  await expect(silent).rejects.toMatchObject({
    code: 'target-failed',
    message: 'There was no answer in 1 s.',
  });
});
