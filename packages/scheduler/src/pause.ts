import type { Timer } from '@daybook/core';

/** Resolves when the time has passed or `signal` aborts. */
export function pause(waitMs: number, timer: Timer, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      stop();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const stop = timer(waitMs, wake);
    signal?.addEventListener('abort', wake);
    if (signal?.aborted === true) wake();
  });
}
