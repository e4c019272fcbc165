import type { SeededRandom } from '../../src/testing/index.ts';
import type { TaskId } from '../../src/task.ts';

/** What a source has for one load task at one time. */
export interface SourceState {
  /** Grows with every change. */
  readonly revision: number;
  readonly text: string;
  /** `absent` makes the task wait, `wrong` is stopped by its control. */
  readonly state: 'good' | 'absent' | 'wrong';
}

/** The world outside, where data comes from, comes late and is corrected. */
export interface Outside {
  now(task: TaskId): SourceState;
  /** What the task's text was at a revision. */
  textAt(task: TaskId, revision: number): string | undefined;
  /** Changes one source, whichever. */
  change(random: SeededRandom): string;
  /** What was absent or wrong is no longer. */
  heal(): void;
}

export function newOutside(tasks: readonly TaskId[]): Outside {
  const states = new Map<TaskId, SourceState[]>(
    tasks.map((task, index) => [task, [{ revision: 1, text: `${index} 1`, state: 'good' as const }]]),
  );
  const statesOf = (task: TaskId): SourceState[] => states.get(task) ?? [];
  const now = (task: TaskId): SourceState => statesOf(task).at(-1) as SourceState;
  const become = (task: TaskId, change: Partial<SourceState>): void => {
    const old = now(task);
    statesOf(task).push({ ...old, ...change, revision: old.revision + 1 });
  };
  return {
    now,
    textAt: (task, revision) => statesOf(task).find((state) => state.revision === revision)?.text,
    change(random) {
      const task = random.pick(tasks);
      const old = now(task);
      const state = random.pick(['good', 'good', 'good', 'good', 'absent', 'wrong'] as const);
      const words = old.text.split(' ');
      const text = random.oneIn(3)
        ? [...words, random.below(5)].join(' ')
        : [...words.slice(1), random.below(5)].join(' ');
      become(task, { text, state });
      return `${task} is now ${state}, "${text}"`;
    },
    heal() {
      for (const task of tasks) if (now(task).state !== 'good') become(task, { state: 'good' });
    },
  };
}
