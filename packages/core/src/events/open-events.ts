import { assert } from '../assert.ts';
import type { Timer } from '../timer.ts';
import { processTimer } from '../timer.ts';
import type { DaybookEvent, EventHandler, EventHandlers } from './event.ts';
import { handlerFaults } from './handler-faults.ts';
import type { HandlerQueue } from './handler-queue.ts';
import { handlerQueue } from './handler-queue.ts';

export interface EventsOptions {
  /** Is told what went wrong with a handler, in a sentence that says where it stands and what to do. It does not throw. */
  readonly reported: (why: string) => void;
  /** How long a handler may take for one event; then it is given up, and gets the next. Default 10 s. */
  readonly handlerMs?: number;
  /** How many events may wait for one handler; what comes beyond them is dropped, and told with its number. Default 1000. */
  readonly waitingMax?: number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
}

/** The handlers of a configuration, at work. */
export interface Events {
  /**
   * Hands an event to its handlers and returns at once: they are called later, each with one event after the other in the
   * order in which they came. Never throws. After `close` it does nothing.
   */
  tell(event: DaybookEvent): void;
  /** Waits for what is left, `limitMs` at most, and reports what it gave up. Never rejects. Default 5 s. */
  close(limitMs?: number): Promise<void>;
}

const longestCloseMs = 5000;

/** Puts handlers to work. Whoever opens them closes them, after all that counts is done. */
export function openEvents(handlers: EventHandlers | undefined, options: EventsOptions): Events {
  const { handlerMs = 10_000, waitingMax = 1000, timer = processTimer, reported } = options;
  const faults = handlerFaults(reported);
  // A handler that stands in several places is told of everything in one order.
  const queues = new Map<EventHandler, HandlerQueue>();
  const queueOf = (handler: EventHandler): HandlerQueue => {
    const known = queues.get(handler);
    if (known !== undefined) return known;
    const queue = handlerQueue(handler, { handlerMs, waitingMax, timer, faults });
    queues.set(handler, queue);
    return queue;
  };
  const places = placesOf(handlers ?? {});
  let closed = false;
  return {
    tell(event) {
      const here = places.get(event.kind);
      if (here === undefined || closed) return;
      const copy = frozen(structuredClone(event));
      for (const { place, handler } of here) queueOf(handler).add({ event: copy, place });
    },
    async close(limitMs = longestCloseMs) {
      if (closed) return;
      closed = true;
      const all = [...queues.values()];
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const stopTimer = timer(limitMs, resolve);
      await Promise.race([late, Promise.all(all.map(async (queue) => await queue.idle()))]);
      stopTimer();
      for (const queue of all) queue.giveUp();
      faults.close();
    },
  };
}

interface Place {
  /** `on.runEnded[1]`. */
  readonly place: string;
  readonly handler: EventHandler;
}

function placesOf(handlers: EventHandlers): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, readonly Place[]>();
  for (const [kind, given] of Object.entries(handlers)) {
    if (given === undefined) continue;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    const here = list.map((handler, index): Place => {
      assert(typeof handler === 'function', 'The handlers of a checked configuration are functions.');
      const place = Array.isArray(given) ? `on.${kind}[${index}]` : `on.${kind}`;
      return { place, handler: handler as EventHandler };
    });
    places.set(kind, here);
  }
  return places;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
