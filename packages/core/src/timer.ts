/** Calls `act` once when `waitMs` have passed, unless the function that it gives is called before. */
export type Timer = (waitMs: number, act: () => void) => () => void;

/** The longest time that Node counts: it fires a longer timer at once. */
const longestMs = 2 ** 31 - 1;

/** A timer of the process, for a time of any length. */
export function processTimer(waitMs: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const count = (leftMs: number): void => {
    timer =
      leftMs > longestMs ? setTimeout(() => count(leftMs - longestMs), longestMs) : setTimeout(act, leftMs);
  };
  count(waitMs);
  return () => clearTimeout(timer);
}

/** Resolves when the time has passed or `signal` aborts. */
export async function pause(timer: Timer, waitMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      stop();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const stop = timer(waitMs, wake);
    signal?.addEventListener('abort', wake);
  });
}

export interface WakeUp {
  now(): void;
  /** Waits until `now` is called or the time has passed; a call before the wait counts. */
  wait(waitMs: number): Promise<void>;
}

export function wakeUp(timer: Timer): WakeUp {
  let called = false;
  let resolveWait: (() => void) | undefined;
  return {
    now() {
      called = true;
      resolveWait?.();
    },
    async wait(waitMs) {
      if (!called) {
        await new Promise<void>((resolve) => {
          const stop = timer(waitMs, resolve);
          resolveWait = () => {
            stop();
            resolve();
          };
        });
      }
      called = false;
      resolveWait = undefined;
    },
  };
}
