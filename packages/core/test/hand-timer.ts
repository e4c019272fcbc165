import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timer } from '../src/timer.ts';

/** Timers that go off when a test lets their time pass. */
export interface HandTimer {
  readonly timer: Timer;
  nowMs(): number;
  /** Lets this much time pass, and all that hangs on it happen. */
  pass(ms: number): Promise<void>;
  /** How many timers are set. */
  readonly waiting: number;
}

export function handTimer(startMs = 0): HandTimer {
  const waiting = new Set<{ readonly atMs: number; readonly act: () => void }>();
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    timer(waitMs, act) {
      const each = { atMs: nowMs + waitMs, act };
      waiting.add(each);
      return () => void waiting.delete(each);
    },
    async pass(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await settled();
        const next = [...waiting].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        waiting.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.act();
      }
      nowMs = untilMs;
    },
    get waiting() {
      return waiting.size;
    },
  };
}

/** Lets all happen that waits for no time. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await nextTurn();
}
