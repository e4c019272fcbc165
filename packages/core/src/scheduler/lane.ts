import type { TaskName } from '../task.ts';
import type { ProjectRef } from './protocol.ts';
import type { TaskState } from './view.ts';

/** The tasks of one project that one runner does: a worker takes from the lanes of its runners. */
export interface Lane {
  readonly project: ProjectLanes;
  readonly runner: string;
  /** How many of its tasks stand how; those that have ended are not counted. */
  readonly counts: Record<Exclude<TaskState, 'ended'>, number>;
  /** Since when it has had a ready task without a break. */
  readySinceMs: number;
  /** When a worker was last seen that takes from it. */
  seenMs: number;
  /** Where the runner takes several tasks of one name at once: those in line for it. */
  readonly lines: Map<TaskName, Line>;
  /** How many tasks belong to it, those that have ended too. */
  places: number;
}

export interface ProjectLanes extends ProjectRef {
  readonly lanes: Map<string, Lane>;
  /** What goes on or may begin besides what is held back for a batch: as long as there is any, more may come. */
  active: number;
}

/** The tasks of one name that stand in line for the same runner, which takes several at once. */
export interface Line {
  waitMs: number;
  ready: number;
  /** Those that can still become ready. */
  coming: number;
  /** Since when there has been a ready one. */
  sinceMs: number;
}

/** All lanes that any task belongs to. In one process there is no project, and its target and digest are empty. */
export class Lanes {
  readonly #projects = new Map<string, Map<string, ProjectLanes>>();

  /** The lane of a runner, made where there is none. It is kept as long as places are counted in it. */
  of({ target, digest }: ProjectRef, runner: string): Lane {
    const byDigest = getOrMake(this.#projects, target, () => new Map<string, ProjectLanes>());
    const lanes = getOrMake(byDigest, digest, () => ({ target, digest, lanes: new Map(), active: 0 }));
    return getOrMake(lanes.lanes, runner, () => newLane(lanes, runner));
  }

  /** The lane of a runner where any task belongs to it. */
  find({ target, digest }: ProjectRef, runner: string): Lane | undefined {
    return this.#projects.get(target)?.get(digest)?.lanes.get(runner);
  }

  drop(lane: Lane): void {
    const { project, runner } = lane;
    project.lanes.delete(runner);
    if (project.lanes.size > 0) return;
    const byDigest = this.#projects.get(project.target);
    byDigest?.delete(project.digest);
    if (byDigest?.size === 0) this.#projects.delete(project.target);
  }

  *[Symbol.iterator](): IterableIterator<Lane> {
    for (const byDigest of this.#projects.values())
      for (const { lanes } of byDigest.values()) yield* lanes.values();
  }
}

/** How many of a lane's tasks can still run. */
export function aheadOf({ counts }: Lane): number {
  return counts.pending + counts.ready + counts['backing-off'] + counts.running;
}

function newLane(project: ProjectLanes, runner: string): Lane {
  const counts = { pending: 0, ready: 0, 'backing-off': 0, running: 0 };
  return { project, runner, counts, readySinceMs: 0, seenMs: 0, lines: new Map(), places: 0 };
}

export function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
