import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { endTask } from './flow.ts';
import type { Lane } from './lane.ts';
import type { Pauses } from './pauses.ts';

/**
 * Ends the ready tasks for which no worker was seen for too long that could take them. What is paused waits for the pause,
 * and the patience begins anew when a pause is over or the scheduler itself was away.
 */
export class Patience {
  readonly #patienceMs: number;
  readonly #book: Book;
  readonly #pauses: Pauses;
  #fromMs: number;
  /** Nothing has waited in vain before this time. */
  #lookAtMs = 0;

  constructor(patienceMs: number, fromMs: number, book: Book, pauses: Pauses) {
    this.#patienceMs = patienceMs;
    this.#fromMs = fromMs;
    this.#book = book;
    this.#pauses = pauses;
  }

  /** Since when workers are missed at the earliest. */
  get fromMs(): number {
    return this.#fromMs;
  }

  beginAnew(): void {
    this.#fromMs = this.#book.nowMs;
  }

  /** When it ends for the first lane; infinite where nothing is ready. */
  endMs(): number {
    let endMs = Infinity;
    for (const lane of this.#book.lanes)
      if (lane.counts.ready > 0) endMs = Math.min(endMs, this.#endOfMs(lane));
    return endMs;
  }

  failUnattended(): void {
    const { nowMs, lanes } = this.#book;
    if (nowMs < this.#lookAtMs || this.#patienceMs === Infinity) return;
    for (const lane of lanes)
      if (lane.counts.ready > 0 && this.#endOfMs(lane) <= nowMs) this.#failReady(lane);
    // A lane in which a task becomes ready later on has at least this long.
    this.#lookAtMs = Math.min(this.endMs(), nowMs + this.#patienceMs);
  }

  #endOfMs(lane: Lane): number {
    return Math.max(lane.readySinceMs, lane.seenMs, this.#fromMs) + this.#patienceMs;
  }

  #failReady(lane: Lane): void {
    for (const entry of this.#book) {
      if (entry.place?.lane !== lane || entry.state !== 'ready') continue;
      if (this.#pauses.holds(entry.submitted.name)) continue;
      const message = missing(entry, lane, this.#patienceMs);
      endTask(this.#book, entry, {
        kind: 'failed',
        fault: 'infrastructure',
        error: { code: 'no-worker', message },
      });
    }
    // What is paused is looked at again after as long.
    lane.readySinceMs = this.#book.nowMs;
  }
}

function missing({ submitted }: Entry, { project, runner }: Lane, patienceMs: number): string {
  const of = project.target === '' ? '' : ` of the project ${project.digest} at ${project.target}`;
  return `${submitted.task} waits for a worker with the runner "${runner}"${of}, and none was seen for ${Math.round(patienceMs / 60_000)} minutes: start one with the same configuration, then retry.`;
}
