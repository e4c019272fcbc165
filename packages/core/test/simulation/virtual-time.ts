import { readyQueue } from '../../src/scheduler/ready-queue.ts';

/** A clock that moves only when everything that was to happen before has happened. */
export interface VirtualTime {
  nowMs(): number;
  /** Does `act` when `waitMs` have passed; what is due at one time is done in the order of asking. */
  after(waitMs: number, act: () => void): void;
  /** Lets things happen one by one until `done`, until the time `untilMs` or for too long; says whether it is done. */
  run(done: () => boolean, untilMs: number): Promise<boolean>;
}

interface Event {
  readonly priority: number;
  readonly order: number;
  readonly act: () => void;
}

/** No simulation that does anything but turn on the spot has so many. */
const mostEvents = 250_000;

export function virtualTime(startMs: number): VirtualTime {
  const events = readyQueue<Event>();
  let nowMs = startMs;
  let order = 0;
  let happened = 0;
  return {
    nowMs: () => nowMs,
    after(waitMs, act) {
      events.add({ priority: -(nowMs + Math.max(0, waitMs)), order: (order += 1), act });
    },
    async run(done, untilMs) {
      await settled();
      while (!done()) {
        const next = events.peek();
        if (next === undefined || -next.priority > untilMs || (happened += 1) > mostEvents) return false;
        events.take();
        nowMs = -next.priority;
        next.act();
        await settled();
      }
      return true;
    },
  };
}

/** Resolves when every promise that could go on has gone on: the real clock has no part in it. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
