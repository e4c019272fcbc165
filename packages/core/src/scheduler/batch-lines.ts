import type { TaskState } from './entry.ts';
import type { Runnable } from './ready-set.ts';

/** The tasks of one name that stand in line for the same runner, which takes several at once. */
interface Line {
  readonly waitMs: number;
  ready: number;
  /** Those that can still become ready. */
  coming: number;
  /** Since when there has been a ready one. */
  sinceMs: number;
}

/**
 * Says when a batch is begun: as soon as it is full, or no more can come to it, or its first task has waited for as long as
 * the runner wants. It is told of every change of state and of nothing else, so that a question costs nothing.
 */
export class BatchLines {
  readonly #lines = new Map<string, Line>();
  /** What goes on or may begin besides what is held back: as long as there is any, more may come. */
  #active = 0;

  moved(item: Runnable, from: TaskState, to: TaskState, nowMs: number): void {
    this.#active += Number(isActive(item, to)) - Number(isActive(item, from));
    if (item.batch === undefined) return;
    const line = this.#lineOf(item.batch, item.runner);
    line.coming += Number(isComing(to)) - Number(isComing(from));
    if (from === 'ready') line.ready -= 1;
    if (to !== 'ready') return;
    if (line.ready === 0) line.sinceMs = nowMs;
    line.ready += 1;
  }

  /** Whether a ready task may be taken now: one that stands in no line always. */
  due(item: Runnable, nowMs: number): boolean {
    if (item.batch === undefined) return true;
    const line = this.#lineOf(item.batch, item.runner);
    const full = line.ready >= item.batch.max;
    return full || line.coming === 0 || this.#active === 0 || nowMs >= line.sinceMs + line.waitMs;
  }

  /** The next time at which one falls due by itself; infinite where none is held back. */
  nextDueMs(nowMs: number): number {
    const held = [...this.#lines.values()].filter((line) => line.ready > 0);
    return Math.min(...held.map((line) => line.sinceMs + line.waitMs).filter((dueMs) => dueMs > nowMs));
  }

  #lineOf(batch: NonNullable<Runnable['batch']>, runner: string): Line {
    const key = JSON.stringify([runner, batch.of]);
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = { waitMs: batch.waitMs, ready: 0, coming: 0, sinceMs: 0 };
    this.#lines.set(key, line);
    return line;
  }
}

function isActive(item: Runnable, state: TaskState): boolean {
  return state === 'running' || state === 'backing-off' || (state === 'ready' && item.batch === undefined);
}

function isComing(state: TaskState): boolean {
  return state === 'pending' || state === 'backing-off';
}
