import type { Entry } from './entry.ts';

/** All tasks in the order of their last change, so that who asks what has changed since is told at the cost of just that. */
export class Recent {
  #newest: Entry | undefined;
  #change = 0;

  /** The number of the last change. */
  get change(): number {
    return this.#change;
  }

  /** A change that no task has by itself. */
  next(): number {
    this.#change += 1;
    return this.#change;
  }

  touch(entry: Entry): void {
    entry.change = this.next();
    if (this.#newest === entry) return;
    this.drop(entry);
    entry.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
  }

  drop(entry: Entry): void {
    const { newer, older } = entry;
    if (newer !== undefined) newer.older = older;
    if (older !== undefined) older.newer = newer;
    if (this.#newest === entry) this.#newest = older;
    entry.newer = undefined;
    entry.older = undefined;
  }

  /** Those with a change after `change`, the newest first. */
  *since(change: number): IterableIterator<Entry> {
    for (let entry = this.#newest; entry !== undefined && entry.change > change; entry = entry.older)
      yield entry;
  }

  /** Takes in tasks as they were known before, in the order of their changes. */
  restore(entries: readonly Entry[], change: number): void {
    for (const entry of entries) {
      this.#change = entry.change - 1;
      this.touch(entry);
    }
    this.#change = change;
  }
}
