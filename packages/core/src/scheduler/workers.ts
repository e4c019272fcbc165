import type { NextRequest, ProjectRef } from './protocol.ts';

/** Long enough for people to see who has gone. */
const rememberedMs = 24 * 3_600_000;

export interface WorkerEntry {
  readonly name: string;
  project: ProjectRef | undefined;
  runners: readonly string[];
  seenMs: number;
}

/** The workers that have asked for work, in the order in which they were last seen. */
export class Workers {
  readonly #workers = new Map<string, WorkerEntry>();

  get(name: string): WorkerEntry | undefined {
    return this.#workers.get(name);
  }

  /** A worker asks for work, and says what it can do. */
  asked({ worker, project, runners }: NextRequest, nowMs: number): void {
    const known = this.#workers.get(worker) ?? { name: worker, project, runners, seenMs: nowMs };
    known.project = project;
    known.runners = runners;
    this.add(known, nowMs);
  }

  /** A worker says that it is alive. */
  seen(name: string, nowMs: number): void {
    const known = this.#workers.get(name);
    if (known !== undefined) this.add(known, nowMs);
  }

  add(worker: WorkerEntry, seenMs: number): void {
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
