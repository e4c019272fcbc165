import { Scheduler } from '@daybook/core';
import type { SubmittedTask } from '@daybook/core';
import type { Case } from '../result.ts';
import { seconds } from '../result.ts';

const full = 100_000;

/** The tasks that the task of each number comes after. */
const shapes: Readonly<Record<string, (index: number) => readonly string[]>> = {
  deep: (index) => (index === 0 ? [] : [`t${index - 1}`]),
  wide: (index) => (index === 0 ? [] : ['t0']),
};

/** The scheduler alone, from the submission until the last task has ended; twice the tasks must take about twice the time. */
export const schedulerCase: Case = {
  name: 'scheduler',
  async run() {
    return Object.entries(shapes).map(([shape, after]) => {
      const [half, whole] = [bestMs(full / 2, after), bestMs(full, after)];
      return {
        what: `scheduler alone, 100,000 tasks in a ${shape} graph`,
        figure: `${seconds(whole)} (${(whole / half).toFixed(1)} × that of half as many)`,
        bar: 'under 1 s, linear',
        holds: whole < 1000 && whole / half < 3,
      };
    });
  },
};

function bestMs(count: number, after: (index: number) => readonly string[]): number {
  const times = Array.from({ length: 3 }, () => {
    const startMs = performance.now();
    schedule(count, after);
    return performance.now() - startMs;
  });
  return Math.min(...times);
}

function schedule(count: number, after: (index: number) => readonly string[]): void {
  const scheduler = new Scheduler();
  const tasks = Array.from({ length: count }, (_, index) => taskOf(index, after));
  const submitted = scheduler.handle({ kind: 'submit', run: 'run', today: '2018-08-01', tasks }, 0);
  if (submitted.kind !== 'submitted') throw new Error(`The submission is ${submitted.kind}.`);
  let ids = 0;
  for (let done = 0; done < count;) {
    const attempts = Array.from({ length: 4 }, () => `a${ids++}`);
    const answer = scheduler.handle({ kind: 'next', worker: 'w', runners: ['local'], attempts }, ids);
    if (answer.kind !== 'work' || answer.leases.length === 0)
      throw new Error(`${done} of ${count} are done and no more can be.`);
    for (const { attempt } of answer.leases) {
      const end = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 } as const;
      scheduler.handle({ kind: 'report', worker: 'w', attempt, end }, ids);
      done += 1;
    }
  }
}

function taskOf(index: number, after: (index: number) => readonly string[]): SubmittedTask {
  return {
    task: `t${index}`,
    name: 't',
    after: after(index),
    state: 'pending',
    runner: 'local',
    priority: 0,
    resources: {},
    wish: { seen: 0 },
  };
}
