import type { AttemptEnd } from '../attempt.ts';

/** A class of failure that may be tried again. */
export type RetryClass = 'infrastructure' | 'lost' | 'crashed' | 'timed-out' | 'given-back';

const retriesByClass: Readonly<Record<Exclude<RetryClass, 'given-back'>, number>> = {
  infrastructure: 3,
  lost: 3,
  crashed: 3,
  'timed-out': 1,
};
/** So that a task comes to an end whose workers do nothing but give it back. */
const mostGivenBack = 20;
const firstDelayMs = 1000;
const longestDelayMs = 60_000;

/**
 * The class of an end, if it is one that is tried again. The task's own fault and a failed control are not. What its worker
 * stopped without being told to is given back: nothing was wrong with it.
 */
export function retryClassOf(end: AttemptEnd): RetryClass | undefined {
  if (end.kind === 'failed') return end.fault === 'infrastructure' ? 'infrastructure' : undefined;
  if (end.kind === 'cancelled') return 'given-back';
  return end.kind === 'lost' || end.kind === 'crashed' || end.kind === 'timed-out' ? end.kind : undefined;
}

/** How often a class is tried again; a task's own `retries` replaces the number of each class. To be given back is no retry. */
export function retriesAllowed(kind: RetryClass, own: number | undefined): number {
  return kind === 'given-back' ? mostGivenBack : (own ?? retriesByClass[kind]);
}

/** How long to wait before retry number `retry` (from 1): doubling from a second, with jitter of half either way by `key`. */
export function retryDelayMs(retry: number, key: string): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** (retry - 1));
  return Math.round(full * (0.5 + fraction(`${key} ${retry}`)));
}

/** A number in [0, 1) that depends on the text alone (FNV-1a), so that the scheduler needs no random source. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
