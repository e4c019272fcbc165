import type { NextRequest, ProjectRef } from './protocol.ts';

/** Long enough for people to see who has gone. */
const rememberedMs = 24 * 3_600_000;

export interface WorkerEntry {
  readonly name: string;
  project: ProjectRef | undefined;
  runners: readonly string[];
  /** The runners that it was given work for, and was not told since that nothing lies ahead of them: they may have what costs. */
  holding: readonly string[];
  seenMs: number;
}

/** The workers that have asked for work, in the order in which they were last seen. */
export class Workers {
  readonly #leaseMs: number;
  readonly #workers = new Map<string, WorkerEntry>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  get(name: string): WorkerEntry | undefined {
    return this.#workers.get(name);
  }

  /** A worker asks for work, and says what it can do. */
  asked({ worker, project, runners }: NextRequest, nowMs: number): void {
    const known = this.#workers.get(worker) ?? { name: worker, project, runners, holding: [], seenMs: nowMs };
    known.project = project;
    known.runners = runners;
    this.add(known, nowMs);
  }

  /** A worker says that it is alive. */
  seen(name: string, nowMs: number): void {
    const known = this.#workers.get(name);
    if (known !== undefined) this.add(known, nowMs);
  }

  /** A worker is given work for a runner. */
  hold(name: string, runner: string): void {
    const known = this.#workers.get(name);
    if (known !== undefined && !known.holding.includes(runner)) known.holding = [...known.holding, runner];
  }

  /** A worker lets go of what it has of these runners: nothing lies ahead of them, or it is about to go. */
  letGo(name: string, runners: readonly string[]): void {
    const known = this.#workers.get(name);
    if (known?.holding.some((runner) => runners.includes(runner)) !== true) return;
    known.holding = known.holding.filter((runner) => !runners.includes(runner));
  }

  /** The workers that may have what costs of a runner; one that is not heard of for the length of a lease counts as gone. */
  *holders(runner: string, nowMs: number): IterableIterator<string> {
    for (const { name, holding, seenMs } of this.#workers.values())
      if (holding.includes(runner) && seenMs + this.#leaseMs > nowMs) yield name;
  }

  add(worker: WorkerEntry, seenMs: number): void {
    if (worker.seenMs + this.#leaseMs <= seenMs) worker.holding = [];
    this.#workers.delete(worker.name);
    worker.seenMs = seenMs;
    this.#workers.set(worker.name, worker);
  }

  forget(nowMs: number): void {
    for (const { name, seenMs } of this.#workers.values()) {
      if (seenMs + rememberedMs > nowMs) return;
      this.#workers.delete(name);
    }
  }

  [Symbol.iterator](): IterableIterator<WorkerEntry> {
    return this.#workers.values();
  }
}
