import type { Ranked, ReadyQueue } from './ready-queue.ts';
import { before, readyQueue } from './ready-queue.ts';

/** What can be ready: it belongs to one runner, takes resources, and may cease to be ready while it is in the set. */
export interface Runnable extends Ranked {
  readonly runner: string;
  readonly resources: Readonly<Record<string, number>>;
  /** Where its runner takes several tasks of one name at once: of which name, how many, and how long it waits for them. */
  readonly batch: { readonly of: string; readonly max: number; readonly waitMs: number } | undefined;
  ready(): boolean;
}

/**
 * What is ready, by runner, by the resources it takes and by the name of its batch: all of one queue fit into what is free,
 * or none does, so that taking the next one looks at the heads of a few queues only.
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
    getOrMake(queues, queueKey(item), () => readyQueue<T>()).add(item);
  }

  /** Takes the first that one of `runners` can run, that is due and whose resources are free, and takes those. */
  take(runners: readonly string[], due: (item: T) => boolean): T | undefined {
    let best: ReadyQueue<T> | undefined;
    for (const runner of runners) {
      for (const queue of this.#queues.get(runner)?.values() ?? []) {
        const head = headOf(queue);
        if (head === undefined || !due(head) || !this.#fits(head)) continue;
        const leader = best?.peek();
        if (leader === undefined || before(head, leader)) best = queue;
      }
    }
    return this.#takeFrom(best);
  }

  /** Takes the next that goes into one batch with `item`, if there is one and its resources are free. */
  takeAlike(item: T): T | undefined {
    const queue = this.#queues.get(item.runner)?.get(queueKey(item));
    const head = queue === undefined ? undefined : headOf(queue);
    return head !== undefined && this.#fits(head) ? this.#takeFrom(queue) : undefined;
  }

  /** Gives back the resources of one that was taken. */
  free(item: T): void {
    this.#use(item.resources, -1);
  }

  #takeFrom(queue: ReadyQueue<T> | undefined): T | undefined {
    const taken = queue?.take();
    if (taken !== undefined) this.#use(taken.resources, 1);
    return taken;
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

function queueKey({ batch, resources }: Runnable): string {
  const sorted = Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([batch?.of ?? null, ...sorted]);
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
