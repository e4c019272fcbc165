import type { JobKind } from '../job.ts';
import type { Task } from '../task.ts';
import {
  codeEndless,
  codeFailing,
  codeQuick,
  load,
  sqlCopy,
  sqlEndless,
  sqlFailing,
} from './runner-law-tasks.ts';
import { sparkCopy, sparkEndless, sparkFailing } from './runner-spark-tasks.ts';

/** Tasks of one kind for the laws that hold for every kind. */
export interface RunnerSamples {
  /** Soon staged. */
  readonly quick: () => Task;
  /** Fails by its own fault, with this code and words. */
  readonly failing: () => Task;
  readonly failure: { readonly code: string; readonly says: RegExp };
  /** Goes on for ever; where it can, it adds to the local file `ticks` all the while. */
  readonly endless: (ticks: string) => Task;
  /** Whether that file can be watched. */
  readonly ticks: boolean;
}

export const runnerSamples: Readonly<Record<JobKind, RunnerSamples>> = {
  sql: {
    quick: () => sqlCopy(),
    failing: () => sqlFailing(),
    failure: { code: 'sql-failed', says: /law-sql-failing/ },
    endless: () => sqlEndless(),
    ticks: false,
  },
  code: {
    quick: () => codeQuick({ word: 'tea' }),
    failing: () => codeFailing(),
    failure: { code: 'job-failed', says: /There is no such thing\./ },
    endless: (ticks) => codeEndless({ ticks }),
    ticks: true,
  },
  load: {
    quick: () => load({ way: 'rows' }),
    failing: () => load({ way: 'fails' }),
    failure: { code: 'job-failed', says: /There is no such thing\./ },
    endless: (ticks) => load({ way: 'endless', ticks }),
    ticks: true,
  },
  spark: {
    quick: () => sparkCopy(),
    failing: () => sparkFailing(),
    failure: { code: 'job-failed', says: /law-spark-failing/ },
    endless: (ticks) => sparkEndless(ticks),
    ticks: false,
  },
};
