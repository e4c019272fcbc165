import type { Manifest } from '../../src/manifest.ts';
import { parseManifest } from '../../src/manifest.ts';
import { memoryTargets } from '../../src/testing/index.ts';
import type { Target } from '../../src/target.ts';
import type { TaskId } from '../../src/task.ts';
import type { World } from './world.ts';

/** The one target that all share, and the order in which versions came into it. */
export interface Store {
  readonly target: Target;
  /** Every version ever created, the first first. */
  readonly published: readonly Manifest[];
  /** The newest version of a task when `count` versions in all had been published. */
  versionAt(task: TaskId, count: number): number;
}

export function newStore(world: World): Store {
  const memory = memoryTargets({ nowMs: world.time.nowMs });
  const published: Manifest[] = [];
  const target: Target = {
    ...memory,
    async createManifest(task, version, bytes) {
      const answer = await memory.createManifest(task, version, bytes);
      if (answer === 'created') published.push(parseManifest(bytes, task, version));
      return answer;
    },
  };
  return {
    target,
    published,
    versionAt(task, count) {
      const last = published.slice(0, count).findLast((manifest) => manifest.task === task);
      return last?.version ?? 0;
    },
  };
}
