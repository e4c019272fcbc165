import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timer } from '../timer.ts';
import type { DaybookEvent, EventHandler } from './event.ts';
import type { HandlerFaults } from './handler-faults.ts';

/** An event on its way to a handler, and where that stands in the configuration. */
export interface Delivery {
  readonly event: DaybookEvent;
  readonly place: string;
}

/** One handler, and the events that wait for it. */
export interface HandlerQueue {
  add(delivery: Delivery): void;
  /** Resolves when nothing waits and nothing goes on. */
  idle(): Promise<void>;
  /** What waits is dropped, and what goes on is waited for no more. */
  giveUp(): void;
}

interface QueueOptions {
  readonly handlerMs: number;
  readonly waitingMax: number;
  readonly timer: Timer;
  readonly faults: HandlerFaults;
}

/** Around each call of a handler: takes what it throws where nobody waits for it. */
const calls = new AsyncLocalStorage<(error: unknown) => void>();

/**
 * Whether an error that nobody caught is of an event handler, from a timer or a promise that it did not wait for; it is then
 * reported as any other of its errors. For a listener of `uncaughtException`, which runs where the error was thrown.
 */
export function isOfHandler(error: unknown): boolean {
  const take = calls.getStore();
  take?.(error);
  return take !== undefined;
}

export function handlerQueue(
  handler: EventHandler,
  { handlerMs, waitingMax, timer, faults }: QueueOptions,
): HandlerQueue {
  const waiting: Delivery[] = [];
  let working: Promise<void> | undefined;
  let current: { readonly place: string; readonly over: AbortController } | undefined;

  const attend = async ({ event, place }: Delivery): Promise<void> => {
    const over = new AbortController();
    current = { place, over };
    const { promise: givenUp, resolve } = Promise.withResolvers<void>();
    over.signal.addEventListener('abort', () => resolve(), { once: true });
    const stopTimer = timer(handlerMs, () => {
      faults.hung(place, handlerMs);
      over.abort();
    });
    const failed = (error: unknown): void => faults.failed(place, error);
    const call = async (): Promise<void> => await handler(event as never, { signal: over.signal });
    try {
      await Promise.race([calls.run(failed, call), givenUp]);
    } catch (error) {
      failed(error);
    } finally {
      stopTimer();
      current = undefined;
    }
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Each in a turn of its own, so that handlers never stand between a run and its work.
      await nextTurn();
      const next = waiting.shift();
      if (next !== undefined) await attend(next);
    }
    working = undefined;
  };
  return {
    add(delivery) {
      if (waiting.length >= waitingMax) {
        faults.dropped(delivery.place, waitingMax);
        return;
      }
      waiting.push(delivery);
      working ??= work();
    },
    async idle() {
      await working;
    },
    giveUp() {
      for (const { place } of waiting.splice(0)) faults.left(place);
      if (current === undefined) return;
      faults.left(current.place);
      current.over.abort();
    },
  };
}
