import type { TaskName } from '../task.ts';
import type { PauseRequest } from './protocol.ts';
import type { PausedView } from './view.ts';

/** What is not to be begun for now: everything, or the tasks of some names. */
export class Pauses {
  readonly #names: Set<TaskName>;
  #all: boolean;

  constructor({ all, names }: PausedView = { all: false, names: [] }) {
    this.#all = all;
    this.#names = new Set(names);
  }

  holds(name: TaskName): boolean {
    return this.#all || this.#names.has(name);
  }

  change({ kind, name }: PauseRequest): void {
    if (kind === 'pause') {
      if (name === undefined) this.#all = true;
      else this.#names.add(name);
    } else if (name === undefined) {
      this.#all = false;
      this.#names.clear();
    } else {
      this.#names.delete(name);
    }
  }

  paused(): PausedView {
    return { all: this.#all, names: [...this.#names] };
  }
}
