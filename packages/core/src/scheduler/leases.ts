import type { LeaseEntry } from './entry.ts';

/** How long an attempt that has ended is remembered, so that its id is not used again: longer than any request is late. */
const spentMs = 4 * 3_600_000;

/** The leases that are held, and the ids of attempts that have ended. */
export class Leases {
  /** In the order in which they run out, so that only the first need be looked at. */
  readonly #held = new Map<string, LeaseEntry>();
  /** When they ended, the first first. */
  readonly #spent = new Map<string, number>();

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

  end(attempt: string, nowMs: number): void {
    this.#held.delete(attempt);
    this.#spent.set(attempt, nowMs);
  }

  first(): LeaseEntry | undefined {
    const [first] = this.#held.values();
    return first;
  }

  forgetSpent(nowMs: number): void {
    for (const [attempt, endedMs] of this.#spent) {
      if (endedMs + spentMs > nowMs) return;
      this.#spent.delete(attempt);
    }
  }

  held(): IterableIterator<LeaseEntry> {
    return this.#held.values();
  }

  spent(): IterableIterator<[string, number]> {
    return this.#spent.entries();
  }

  restore(held: readonly LeaseEntry[], spent: Iterable<readonly [string, number]>): void {
    for (const each of held) this.hold(each, each.untilMs);
    for (const [attempt, endedMs] of spent) this.#spent.set(attempt, endedMs);
  }
}
