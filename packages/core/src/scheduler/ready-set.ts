import type { Place } from './entry.ts';
import type { Lane } from './lane.ts';
import { getOrMake } from './lane.ts';
import type { ReadyQueue } from './ready-queue.ts';
import { before, readyQueue } from './ready-queue.ts';

type Resources = Readonly<Record<string, number>>;

/**
 * What is ready, by lane, by name and by the resources it takes: all of one queue may be taken now, or none may, so that
 * taking the next one looks at the heads of a few queues only.
 */
export class ReadySet {
  readonly #capacity: ReadonlyMap<string, number>;
  readonly #used = new Map<string, number>();
  readonly #queues = new Map<Lane, Map<string, ReadyQueue<Place>>>();

  constructor(capacity: Resources) {
    this.#capacity = new Map(Object.entries(capacity));
  }

  /** How much there is of a resource; undefined where nothing says. */
  capacityOf(name: string): number | undefined {
    return this.#capacity.get(name);
  }

  /** The first resource of which more is asked than exists. */
  shortOf(
    resources: Resources,
  ): { readonly name: string; readonly asked: number; readonly there: number } | undefined {
    for (const [name, asked] of Object.entries(resources)) {
      const there = this.#capacity.get(name) ?? 0;
      if (asked > there) return { name, asked, there };
    }
    return undefined;
  }

  add(place: Place): void {
    if (place.queued) return;
    place.queued = true;
    const queues = getOrMake(this.#queues, place.lane, () => new Map<string, ReadyQueue<Place>>());
    getOrMake(queues, place.queue, () => readyQueue<Place>()).add(place);
  }

  /** Takes the first in one of `lanes` that may be taken and whose resources are free, and takes those. */
  take(lanes: readonly Lane[], may: (place: Place) => boolean): Place | undefined {
    let best: ReadyQueue<Place> | undefined;
    for (const lane of lanes) {
      const queues = this.#queues.get(lane);
      if (queues === undefined || lane.counts.ready === 0) continue;
      for (const [key, queue] of queues) {
        const head = headOf(queue);
        if (head === undefined && queues.size > fewQueues) queues.delete(key);
        if (head === undefined || !may(head) || !this.#fits(head)) continue;
        const leader = best?.peek();
        if (leader === undefined || before(head, leader)) best = queue;
      }
    }
    return this.#takeFrom(best);
  }

  /** Takes the next that goes into one batch with `place`, if there is one, it is `alike` and its resources are free. */
  takeAlike(place: Place, alike: (other: Place) => boolean): Place | undefined {
    const queue = this.#queues.get(place.lane)?.get(place.queue);
    const head = queue === undefined ? undefined : headOf(queue);
    return head !== undefined && alike(head) && this.#fits(head) ? this.#takeFrom(queue) : undefined;
  }

  /** Forgets a lane that has no task any more. */
  drop(lane: Lane): void {
    this.#queues.delete(lane);
  }

  /** Takes resources without asking whether they are free: of a lease that is known from before. */
  hold(resources: Resources): void {
    this.#use(resources, 1);
  }

  /** Gives back the resources of one that was taken. */
  free(resources: Resources): void {
    this.#use(resources, -1);
  }

  #takeFrom(queue: ReadyQueue<Place> | undefined): Place | undefined {
    const taken = queue?.take();
    if (taken === undefined) return undefined;
    taken.queued = false;
    this.#use(taken.resources, 1);
    return taken;
  }

  #fits({ resources }: Place): boolean {
    return Object.entries(resources).every(
      ([name, amount]) => (this.#used.get(name) ?? 0) + amount <= (this.#capacity.get(name) ?? 0),
    );
  }

  #use(resources: Resources, sign: 1 | -1): void {
    for (const [name, amount] of Object.entries(resources))
      this.#used.set(name, exact((this.#used.get(name) ?? 0) + sign * amount));
  }
}

/** Sums of fractions drift, and what is all given back must be nothing. */
function exact(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

/** A queue is needed again and again; only of many are those dropped that are empty. */
const fewQueues = 100;

/** The first of a queue that is still ready there; what has ceased to be is dropped. */
function headOf(queue: ReadyQueue<Place>): Place | undefined {
  for (let head = queue.peek(); head !== undefined; head = queue.peek()) {
    if (head.entry.state === 'ready' && head.entry.place === head) return head;
    queue.take();
    head.queued = false;
  }
  return undefined;
}
