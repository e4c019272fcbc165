import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyTaskDefinition, Outcome, Runner, Target, Task, Work } from '@daybook/core';
import { attemptToken, checkConfig, run } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

/** A work that the local runner did, and how it ended. */
export interface Recorded {
  readonly home: Home;
  readonly work: Work;
  readonly local: Outcome;
}

/** A work for another runner, and the target that it is in. */
export interface Placed {
  readonly work: Work;
  readonly target: Target;
}

/** A folder of its own with a target in it, where the local runner makes tasks and every work is recorded. */
export interface Home {
  readonly folder: string;
  readonly target: Target;
  readonly runner: Runner;
  /** Makes the tasks, and tells the works that were done for it. */
  make(definitions: readonly AnyTaskDefinition[], roots: readonly Task[]): Promise<readonly Recorded[]>;
  remove(): Promise<void>;
}

export function openHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-same-numbers-'));
  // What is special in a pattern of file names, in a URL and in SQL is in the folder's name too.
  const target = fileTargets({ root: join(folder, "data [it's {a} 100%]") });
  const runner = localRunner({ isolation: 'none', threads: 2, cache: { bytes: 0 } });
  const recorded: Recorded[] = [];
  const recording: Runner = {
    name: runner.name,
    kinds: runner.kinds,
    async *run(batch, context) {
      for await (const local of runner.run(batch, context)) {
        const work = batch.find(({ attempt }) => attempt === local.attempt);
        if (work !== undefined) recorded.push({ home, work, local });
        yield local;
      }
    },
  };
  const home: Home = {
    folder,
    target,
    runner,
    async make(definitions, roots) {
      const from = recorded.length;
      const config = checkConfig({ targets: target, runners: [recording], tasks: definitions }, 'the test');
      await run({ config, roots, today: '2020-02-01', workers: 2 });
      return recorded.slice(from);
    },
    async remove() {
      await runner.close?.();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return home;
}

/** The same work once more, for another runner: an attempt of its own, over the same pinned inputs. */
export function again({ home, work }: Pick<Recorded, 'home' | 'work'>, change: Partial<Work> = {}): Placed {
  const { target } = home;
  const task = change.task ?? work.task;
  const attempt = attemptToken(1, randomBytes(16).toString('hex'));
  return { target, work: { ...work, attempt, stage: target.stage(task.id, attempt), ...change } };
}
