import type { AttemptEnd, Graph, Prepared, Progress, RunAttempt, TaskId } from '@daybook/core';
import { isGood } from '@daybook/core';
import type { RunningAttempt } from '../render/progress.ts';

/** How far a run is, in numbers. */
export interface Tally {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly blocked: number;
  readonly waiting: number;
  readonly running: readonly RunningAttempt[];
}

/** Keeps count of a run from what its observer is told. What cannot run any more is taken out of the total. */
export class RunTally {
  readonly #toDo = new Set<TaskId>();
  readonly #ended = new Map<TaskId, AttemptEnd['kind']>();
  readonly #running = new Map<string, RunningAttempt>();
  #below: ReadonlyMap<TaskId, readonly TaskId[]> = new Map();

  planned(prepared: Pick<Prepared, 'graph' | 'plan'>): void {
    this.#below = belowOf(prepared.graph);
    for (const [task, planned] of prepared.plan) {
      const wrapper = prepared.graph.get(task)?.task.definition.output === undefined;
      if (!wrapper && (planned.kind === 'run' || planned.kind === 'may-run')) this.#toDo.add(task);
    }
  }

  started({ attempt, task }: RunAttempt, nowMs: number): void {
    this.#toDo.add(task);
    this.#running.set(attempt, { task, startedMs: nowMs, progress: undefined });
  }

  progress(progress: Progress): void {
    const id = progress.attempt.slice(-32);
    const known = this.#running.get(id);
    if (known !== undefined) this.#running.set(id, { ...known, progress });
  }

  /** Takes the end of an attempt, and gives how long it took. `again`: it is tried or decided again. */
  ended({ attempt, task }: RunAttempt, end: AttemptEnd, again: boolean, nowMs: number): number {
    const startedMs = this.#running.get(attempt)?.startedMs ?? nowMs;
    this.#running.delete(attempt);
    if (!again) {
      this.#ended.set(task, end.kind);
      if (!isGood(end)) this.#dropBelow(task);
    }
    return nowMs - startedMs;
  }

  /** Tasks that are run again in the same run. */
  again(tasks: readonly TaskId[]): void {
    for (const task of tasks) {
      this.#ended.delete(task);
      this.#toDo.add(task);
    }
  }

  get done(): number {
    return this.#ended.size;
  }

  get total(): number {
    return this.#toDo.size;
  }

  get running(): readonly RunningAttempt[] {
    return [...this.#running.values()];
  }

  /** All of it; it looks at every task that has ended. */
  get tally(): Tally {
    const ends = [...this.#ended.values()];
    const count = (...kinds: readonly AttemptEnd['kind'][]): number =>
      ends.filter((kind) => kinds.includes(kind)).length;
    return {
      done: this.done,
      total: this.total,
      failed: count('failed', 'crashed', 'timed-out', 'lost'),
      blocked: count('blocked'),
      waiting: count('waiting'),
      running: this.running,
    };
  }

  #dropBelow(task: TaskId): void {
    const open = [...(this.#below.get(task) ?? [])];
    const seen = new Set<TaskId>();
    for (let below = open.pop(); below !== undefined; below = open.pop()) {
      if (seen.has(below)) continue;
      seen.add(below);
      if (!this.#ended.has(below)) this.#toDo.delete(below);
      open.push(...(this.#below.get(below) ?? []));
    }
  }
}

function belowOf(graph: Graph): ReadonlyMap<TaskId, readonly TaskId[]> {
  const below = new Map<TaskId, TaskId[]>();
  for (const { task, inputIds } of graph.values()) {
    for (const id of inputIds) {
      const known = below.get(id);
      if (known === undefined) below.set(id, [task.id]);
      else known.push(task.id);
    }
  }
  return below;
}
