import type { Ranked, ReadyQueue } from './ready-queue.ts';
import { before, readyQueue } from './ready-queue.ts';

/** What can be ready: it belongs to one runner, takes resources, and may cease to be ready while it is in the set. */
export interface Runnable extends Ranked {
  readonly runner: string;
  readonly resources: Readonly<Record<string, number>>;
  ready(): boolean;
}

/**
 * What is ready, by runner and by the resources it takes: all of one queue fit into what is free, or none does, so that
 * taking the next one looks at the heads of a few queues only.
 */
export class ReadySet<T extends Runnable> {
  readonly #capacity: Readonly<Record<string, number>>;
  readonly #used = new Map<string, number>();
  readonly #queues = new Map<string, Map<string, ReadyQueue<T>>>();

  constructor(capacity: Readonly<Record<string, number>>) {
    this.#capacity = capacity;
  }

  /** The first resource of which more is asked than exists. */
  shortOf(
    resources: Readonly<Record<string, number>>,
  ): { readonly name: string; readonly asked: number; readonly there: number } | undefined {
    for (const [name, asked] of Object.entries(resources)) {
      const there = this.#capacity[name] ?? 0;
      if (asked > there) return { name, asked, there };
    }
    return undefined;
  }

  add(item: T): void {
    const queues = getOrMake(this.#queues, item.runner, () => new Map<string, ReadyQueue<T>>());
    getOrMake(queues, resourceKey(item.resources), () => readyQueue<T>()).add(item);
  }

  /** Takes the first that one of `runners` can run and whose resources are free, and takes those. */
  take(runners: readonly string[]): T | undefined {
    let best: ReadyQueue<T> | undefined;
    for (const runner of runners) {
      for (const queue of this.#queues.get(runner)?.values() ?? []) {
        const head = headOf(queue);
        if (head === undefined || !this.#fits(head)) continue;
        const leader = best?.peek();
        if (leader === undefined || before(head, leader)) best = queue;
      }
    }
    const taken = best?.take();
    if (taken !== undefined) this.#use(taken.resources, 1);
    return taken;
  }

  /** Gives back the resources of one that was taken. */
  free(item: T): void {
    this.#use(item.resources, -1);
  }

  #fits(item: T): boolean {
    return Object.entries(item.resources).every(
      ([name, amount]) => (this.#used.get(name) ?? 0) + amount <= (this.#capacity[name] ?? 0),
    );
  }

  #use(resources: Readonly<Record<string, number>>, sign: 1 | -1): void {
    for (const [name, amount] of Object.entries(resources))
      this.#used.set(name, (this.#used.get(name) ?? 0) + sign * amount);
  }
}

/** The first of a queue that is still ready; what has ceased to be is dropped. */
function headOf<T extends Runnable>(queue: ReadyQueue<T>): T | undefined {
  for (let head = queue.peek(); head !== undefined; head = queue.peek()) {
    if (head.ready()) return head;
    queue.take();
  }
  return undefined;
}

function resourceKey(resources: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
