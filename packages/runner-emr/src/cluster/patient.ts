import { DaybookError } from '@daybook/core';
import { meaningOf, type Meaning } from '../meaning.ts';
import type { Surroundings } from './surroundings.ts';

/** What was looked for; `absent` where it surely is not there by now; `unknown` where nobody told. */
export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' | 'unknown' };

const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/** The pause before try number `next` (from 2): doubling from a second up to fifteen, of that a random part, at least a half. */
export function backoffMs(next: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (next - 2)) * (0.5 + random / 2);
}

/**
 * Looks again and again for `settleMs`, for a listing may lag behind what was done. `unknown` where the last look failed,
 * or it was stopped before that time. Throws only for a bug.
 */
export async function lookFor<T>(
  here: Surroundings,
  settleMs: number,
  stop: AbortSignal,
  look: () => Promise<T | undefined>,
): Promise<Found<T>> {
  const untilMs = here.nowMs() + settleMs;
  for (let next = 2; ; next += 1) {
    let told = true;
    try {
      const value = await look();
      if (value !== undefined) return { kind: 'found', value };
    } catch (error) {
      if (meaningOf(error) === undefined) throw error;
      told = false;
    }
    if (here.nowMs() >= untilMs) return { kind: told ? 'absent' : 'unknown' };
    if (stop.aborted) return { kind: 'unknown' };
    await here.pause(backoffMs(next, here.random()), stop);
  }
}

/** What EMR said, for people: its own words, and by what name it is known. */
export function emrSaid(doing: string, { name, message }: Meaning): string {
  return `EMR would not ${doing}: ${message.trim().replace(/\.$/, '')} (${name}).`;
}

/** What an error of the documents means: where it is none of those, it is a bug and thrown on. */
export function scratchTrouble(error: unknown): { readonly kind: 'lost' | 'refused'; readonly why: string } {
  if (!(error instanceof DaybookError)) throw error;
  return { kind: error.code === 'target-failed' ? 'lost' : 'refused', why: error.message };
}
