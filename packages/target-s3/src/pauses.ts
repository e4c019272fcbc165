import { setTimeout as wait } from 'node:timers/promises';

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Waits before try number `next` (from 2): doubling from a tenth of a second, of that a random part, at least a half. */
export async function pause(next: number, signal?: AbortSignal): Promise<void> {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** (next - 2));
  const options = signal === undefined ? {} : { signal };
  await wait(full * (0.5 + Math.random() / 2), undefined, options);
}
