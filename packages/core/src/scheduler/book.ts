import { assert } from '../assert.ts';
import type { TaskId } from '../task.ts';
import { BackOff } from './back-off.ts';
import { moveInLine } from './batch-lines.ts';
import type { Entry, Place } from './entry.ts';
import { dependentsOf, isComplete, newEntry } from './entry.ts';
import type { Lane } from './lane.ts';
import { getOrMake, Lanes } from './lane.ts';
import type { SubmittedTask, TaskEnd } from './protocol.ts';
import { ReadySet } from './ready-set.ts';
import { Recent } from './recent.ts';
import type { RunEntry } from './runs.ts';
import { Runs } from './runs.ts';
import type { TaskState, TaskView } from './view.ts';

/**
 * All tasks that are known, and everything that is counted, ordered or indexed by how they stand. Here is the one place where
 * a task changes its state; what it changes to is decided elsewhere.
 */
export class Book {
  readonly runs = new Runs();
  readonly lanes = new Lanes();
  readonly recent = new Recent();
  readonly backOff = new BackOff();
  readonly ready: ReadySet;
  nowMs = 0;
  readonly #byTarget = new Map<string, Map<TaskId, Entry>>();
  #unended = 0;
  #orders = 0;
  #wirings = 0;

  constructor(resources: Readonly<Record<string, number>>) {
    this.ready = new ReadySet(resources);
  }

  /** How many tasks have not ended. */
  get unended(): number {
    return this.#unended;
  }

  get numbers(): { readonly orders: number; readonly wirings: number } {
    return { orders: this.#orders, wirings: this.#wirings };
  }

  find(target: string, task: TaskId): Entry | undefined {
    return this.#byTarget.get(target)?.get(task);
  }

  /** Every task, in the order in which they were first heard of. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    const [first, ...others] = this.#byTarget.values();
    if (first === undefined) return;
    if (others.length === 0) yield* first.values();
    else yield* [first, ...others].flatMap((each) => [...each.values()]).sort((a, b) => a.order - b.order);
  }

  create(submitted: SubmittedTask, target: string, digest: string): Entry {
    this.#orders += 1;
    const entry = newEntry(submitted, target, digest, this.#orders);
    this.add(entry);
    this.wire(entry);
    this.#put(entry);
    return entry;
  }

  /** Takes in a new submission of a task that is known. */
  renew(entry: Entry, submitted: SubmittedTask, digest: string): void {
    const rewire = submitted.after.join('\n') !== entry.submitted.after.join('\n');
    this.runs.count(entry, -1);
    entry.submitted = submitted;
    entry.digest = digest;
    this.runs.count(entry, 1);
    if (rewire) this.wire(entry);
    this.#put(entry);
  }

  /** Changes the state of a task, and how it ended. */
  move(entry: Entry, to: TaskState, end?: TaskEnd): void {
    const { place, state: from } = entry;
    this.runs.count(entry, -1);
    entry.state = to;
    entry.end = end;
    this.runs.count(entry, 1);
    this.#unended += Number(from === 'ended') - Number(to === 'ended');
    if (place !== undefined) this.#moveInLane(place, from, to);
    this.recent.touch(entry);
  }

  /** From now on the task stands in the run as it stands by itself, and so does all that it still waits for. */
  join(run: RunEntry, first: Entry): void {
    const open = [first];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      if (entry.runs.includes(run)) continue;
      this.runs.join(run, entry);
      this.recent.touch(entry);
      if (entry.state === 'ended') continue;
      for (const above of entry.after) if (!isComplete(above)) open.push(above);
    }
  }

  /** The task stands in the run as is said, from now on. */
  keep(run: RunEntry, entry: Entry, view: Omit<TaskView, 'change'>): void {
    this.runs.keep(run, entry, { ...view, change: this.recent.next() });
  }

  /** Forgets a run that has ended, and all tasks that nothing names any more. */
  forget(run: RunEntry): void {
    const unnamed = [...this.runs.forget(run)];
    for (let entry = unnamed.pop(); entry !== undefined; entry = unnamed.pop()) {
      if (entry.named > 0 || dependentsOf(entry).size > 0) continue;
      assert(entry.state === 'ended', `${entry.submitted.task} is forgotten and can still run.`);
      this.#remove(entry);
      unnamed.push(...entry.after);
    }
  }

  /** Takes in a task as it was known before; afterwards `wire` and `restored`. */
  add(entry: Entry): void {
    getOrMake(this.#byTarget, entry.target, () => new Map<TaskId, Entry>()).set(entry.submitted.task, entry);
  }

  /** Ties a task to those that it comes after, in place of those that it came after before. */
  wire(entry: Entry): void {
    for (const above of entry.after) above.dependents?.delete(entry);
    this.#wirings += 1;
    entry.wired = this.#wirings;
    const after: Entry[] = [];
    for (const id of new Set(entry.submitted.after)) {
      const above = this.find(entry.target, id);
      assert(above, `${entry.submitted.task} was submitted before ${id}, which it needs.`);
      after.push(above);
      above.dependents ??= new Set();
      above.dependents.add(entry);
    }
    entry.after = after;
    entry.missing = missingOf(entry);
  }

  /** Counts a task that was taken in where it stands. */
  restore(entry: Entry): void {
    const { state } = entry;
    entry.state = 'ended';
    this.#put(entry);
    entry.state = state;
    if (state !== 'ended') this.#unended += 1;
    if (entry.place !== undefined) this.#moveInLane(entry.place, 'ended', state);
    if (entry.place !== undefined && state === 'ready') this.ready.add(entry.place);
    if (state === 'backing-off') this.backOff.add(entry);
  }

  restored(orders: number, wirings: number): void {
    this.#orders = orders;
    this.#wirings = wirings;
  }

  /** Gives a task the place that its submission calls for, wherever it is now. */
  #put(entry: Entry): void {
    const { place: old, state } = entry;
    const place = placeOf(entry, this.lanes);
    if (place !== undefined && old !== undefined && samePlace(old, place)) return;
    if (place !== undefined) place.lane.places += 1;
    entry.place = place;
    if (old !== undefined) {
      this.#moveInLane(old, state, 'ended');
      old.lane.places -= 1;
      if (old.lane.places === 0) this.#dropLane(old.lane);
    }
    if (place !== undefined) this.#moveInLane(place, 'ended', state);
    if (place !== undefined && state === 'ready') this.ready.add(place);
  }

  #moveInLane(place: Place, from: TaskState, to: TaskState): void {
    const { counts } = place.lane;
    if (from !== 'ended') counts[from] -= 1;
    if (to === 'ready' && counts.ready === 0) place.lane.readySinceMs = this.nowMs;
    if (to !== 'ended') counts[to] += 1;
    moveInLine(place, from, to, this.nowMs);
  }

  #dropLane(lane: Lane): void {
    this.lanes.drop(lane);
    this.ready.drop(lane);
  }

  #remove(entry: Entry): void {
    const { place, target, submitted } = entry;
    const byTask = this.#byTarget.get(target);
    byTask?.delete(submitted.task);
    if (byTask?.size === 0) this.#byTarget.delete(target);
    for (const above of entry.after) above.dependents?.delete(entry);
    this.recent.drop(entry);
    if (place === undefined) return;
    place.lane.places -= 1;
    if (place.lane.places === 0) this.#dropLane(place.lane);
  }
}

/** How many of the tasks that one comes after are not complete. */
export function missingOf({ after }: Entry): number {
  let missing = 0;
  for (const above of after) if (!isComplete(above)) missing += 1;
  return missing;
}

function placeOf(entry: Entry, lanes: Lanes): Place | undefined {
  const { submitted, target, digest, order } = entry;
  const { runner, priority, resources, batch, name } = submitted;
  if (runner === undefined || submitted.wrapper === true) return undefined;
  const lane = lanes.of({ target, digest }, runner);
  const queue = queueOf(name, batch !== undefined, resources);
  return { entry, priority, order, lane, name, resources, batch, queue, queued: false };
}

function queueOf(name: string, batched: boolean, resources: Readonly<Record<string, number>>): string {
  const taken = Object.entries(resources);
  if (taken.length === 0) return `${batched ? 'batched' : 'single'} ${name}`;
  return JSON.stringify([name, batched, ...taken.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function samePlace(a: Place, b: Place): boolean {
  const alike = a.lane === b.lane && a.priority === b.priority && a.queue === b.queue;
  return alike && a.batch?.max === b.batch?.max && a.batch?.waitMs === b.batch?.waitMs;
}
