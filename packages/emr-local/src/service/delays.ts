import { EmrLocalError } from '../errors.ts';
import type { Delays } from './world.ts';

/** Delays in seconds, as options give them. Real clusters take some minutes. */
export interface DelayOptions {
  /** From the request until bootstrap actions begin. Default 1. */
  readonly startSeconds?: number;
  /** How long bootstrap actions take. Default 0.5. */
  readonly bootstrapSeconds?: number;
  /** From `TERMINATING` until the cluster is over. Default 0.5. */
  readonly stopSeconds?: number;
}

export const defaultDelays = { startSeconds: 1, bootstrapSeconds: 0.5, stopSeconds: 0.5 } as const;

/** Throws `bad-option`. */
export function checkedDelays(options: DelayOptions): Delays {
  const ms = (name: keyof DelayOptions): number => {
    const seconds = options[name] ?? defaultDelays[name];
    if (seconds >= 0 && seconds <= 86_400) return Math.round(seconds * 1_000);
    throw new EmrLocalError('bad-option', `${name} is from 0 to 86400, not ${seconds}.`);
  };
  return { startMs: ms('startSeconds'), bootstrapMs: ms('bootstrapSeconds'), stopMs: ms('stopSeconds') };
}
