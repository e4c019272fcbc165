import type { Entry } from './entry.ts';
import type { ReadyQueue } from './ready-queue.ts';
import { readyQueue } from './ready-queue.ts';

interface Waiting {
  readonly entry: Entry;
  readonly readyAtMs: number;
  readonly priority: number;
  readonly order: number;
}

/** The tasks that wait for a retry, the first to fall due first. */
export class BackOff {
  readonly #queue: ReadyQueue<Waiting> = readyQueue();

  add(entry: Entry): void {
    const { readyAtMs, order } = entry;
    this.#queue.add({ entry, readyAtMs, priority: -readyAtMs, order });
  }

  /** When the first falls due; infinite where none waits. */
  nextDueMs(): number {
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      // One that has been reopened meanwhile, or cancelled, waits no more.
      if (first.entry.state === 'backing-off' && first.entry.readyAtMs === first.readyAtMs)
        return first.readyAtMs;
      this.#queue.take();
    }
    return Infinity;
  }

  /** Takes the first, if it is due. */
  take(nowMs: number): Entry | undefined {
    return this.nextDueMs() > nowMs ? undefined : this.#queue.take()?.entry;
  }
}
