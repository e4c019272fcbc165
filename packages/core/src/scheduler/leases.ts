import type { LeaseEntry } from './entry.ts';

/** How long an attempt that has ended is remembered, so that its id is not used again: longer than any request is late. */
const spentMs = 4 * 3_600_000;

/** A report that ended an attempt, and when its task is tried again. */
export interface CountedReport {
  readonly worker: string;
  readonly retryAtMs?: number;
}

/** An attempt that has ended, when, and by which report if by one. */
export type SpentAttempt = readonly [attempt: string, endedMs: number, report?: CountedReport];

/** The leases that are held, and the ids of attempts that have ended. */
export class Leases {
  /** In the order in which they run out, so that only the first need be looked at. */
  readonly #held = new Map<string, LeaseEntry>();
  /** In the order in which they ended. */
  readonly #spent = new Map<string, SpentAttempt>();

  get(attempt: string): LeaseEntry | undefined {
    return this.#held.get(attempt);
  }

  /** Whether the attempt of this id has ended: no other may have it. */
  isSpent(attempt: string): boolean {
    return this.#spent.has(attempt);
  }

  /** Adds or renews a lease that runs out after all others. */
  hold(held: LeaseEntry, untilMs: number): void {
    const { attempt } = held.lease;
    this.#held.delete(attempt);
    held.untilMs = untilMs;
    this.#held.set(attempt, held);
  }

  /** The attempt has ended, by this report or because its lease ran out. */
  end(attempt: string, nowMs: number, report?: CountedReport): void {
    this.#held.delete(attempt);
    this.#spent.set(attempt, report === undefined ? [attempt, nowMs] : [attempt, nowMs, report]);
  }

  /** The report of this worker that ended the attempt. */
  reportOf(attempt: string, worker: string): CountedReport | undefined {
    const report = this.#spent.get(attempt)?.[2];
    return report?.worker === worker ? report : undefined;
  }

  first(): LeaseEntry | undefined {
    const [first] = this.#held.values();
    return first;
  }

  forgetSpent(nowMs: number): void {
    for (const [attempt, endedMs] of this.#spent.values()) {
      if (endedMs + spentMs > nowMs) return;
      this.#spent.delete(attempt);
    }
  }

  held(): IterableIterator<LeaseEntry> {
    return this.#held.values();
  }

  spent(): IterableIterator<SpentAttempt> {
    return this.#spent.values();
  }

  restore(held: readonly LeaseEntry[], spent: Iterable<SpentAttempt>): void {
    for (const each of held) this.hold(each, each.untilMs);
    for (const each of spent) this.#spent.set(each[0], each);
  }
}
