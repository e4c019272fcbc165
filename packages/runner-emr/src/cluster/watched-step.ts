import type { StepEnd, StepRequest } from './steps.ts';

/** How a step of one cluster ended; `elsewhere`: it surely never began there. */
export type WatchEnd = StepEnd | { readonly kind: 'elsewhere'; readonly why: string };

/** A step that is waited for, or that nobody wants and that is to be stopped. */
export interface WatchedStep {
  readonly token: string;
  readonly placedMs: number;
  /** EMR's id, once it is known. */
  id?: string;
  /** Whether it is still being put there; until then nothing is concluded from its absence. */
  adding: boolean;
  unwanted: boolean;
  interruptedMs?: number;
  killedMs?: number;
  readonly looked: StepRequest['looked'];
  /** What `looked` threw. */
  thrown?: { readonly error: unknown };
  settle(end: WatchEnd): void;
  fail(error: unknown): void;
  readonly ended: Promise<WatchEnd>;
}

export function watchedStep(
  { token, looked }: Pick<StepRequest, 'token' | 'looked'>,
  placedMs: number,
): WatchedStep {
  const { promise, resolve, reject } = Promise.withResolvers<WatchEnd>();
  // Who asked may have gone by then.
  promise.catch(() => undefined);
  return {
    token,
    placedMs,
    adding: true,
    unwanted: false,
    looked,
    settle: resolve,
    fail: reject,
    ended: promise,
  };
}
