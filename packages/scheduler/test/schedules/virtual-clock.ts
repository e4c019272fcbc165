import type { Timer } from '@daybook/core';

/** A clock that moves only when everything that was to happen before has happened, and that can be set as a machine's can. */
export interface VirtualClock {
  /** What the clock shows. */
  nowMs(): number;
  /** How long it has run, whatever was set. */
  ranMs(): number;
  /** Counts what passes, not what the clock shows. */
  readonly timer: Timer;
  /** Sets the clock forward, or back, while nothing passes. */
  set(byMs: number): void;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

interface Event {
  readonly atMs: number;
  readonly act: () => void;
}

export function virtualClock(shows: string): VirtualClock {
  let offsetMs = Date.parse(shows);
  let ranMs = 0;
  const events = new Set<Event>();
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    nowMs: () => offsetMs + ranMs,
    ranMs: () => ranMs,
    timer(waitMs, act) {
      const event = { atMs: ranMs + Math.max(0, waitMs), act };
      events.add(event);
      return () => void events.delete(event);
    },
    set: (byMs) => (offsetMs += byMs),
    async pass(ms) {
      const untilMs = ranMs + ms;
      await settled();
      for (;;) {
        // Of those at one time the first that was asked for: a set keeps that order.
        let first: Event | undefined;
        for (const each of events) if (each.atMs < (first?.atMs ?? Infinity)) first = each;
        if (first === undefined || first.atMs > untilMs) break;
        events.delete(first);
        ranMs = first.atMs;
        first.act();
        await settled();
      }
      ranMs = untilMs;
    },
  };
}
