/** Calls `act` once when `waitMs` have passed, unless the function that it gives is called before. */
export type Timer = (waitMs: number, act: () => void) => () => void;

/** The longest time that a timer of the process can count. */
const longestMs = 2 ** 31 - 1;

export function processTimer(waitMs: number, act: () => void): () => void {
  const timer = setTimeout(act, Math.min(waitMs, longestMs));
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
