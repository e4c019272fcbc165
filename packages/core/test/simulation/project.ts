import { addDays, daysBetween } from '../../src/calendar.ts';
import type { CheckedConfig } from '../../src/config.ts';
import { checkConfig } from '../../src/config.ts';
import type { LoadJob } from '../../src/job.ts';
import { day } from '../../src/param.ts';
import type { Runner } from '../../src/runner.ts';
import { table } from '../../src/schema.ts';
import { sql } from '../../src/sql/statement.ts';
import type { Target } from '../../src/target.ts';
import type { Task } from '../../src/task.ts';
import { defineTask, listOf } from '../../src/task.ts';

export const today = '2018-08-01';
export const firstDay = '2018-07-29';

const output = table({ value: 'bigint' });
const params = { date: day };
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: {},
  fetch: async () => ({ kind: 'waiting', for: 'nothing: the simulated runner fetches by itself' }),
};

/** What the outside world says of a day: the whole numbers that were posted. */
export const postings = defineTask({
  name: 'postings',
  params,
  output,
  job: load,
  refetch: { days: 2 },
  resources: { exchange: 1 },
});
export const rates = defineTask({ name: 'rates', output, job: load, refetch: 'always' });
/** Says less than the postings, so that a changed posting often ends here. */
export const statistics = defineTask({
  name: 'statistics',
  params,
  inputs: ({ date }) => ({ postings: postings({ date }) }),
  output,
  job: sql`statistics`,
  priority: 1,
});
export const balances = defineTask({
  name: 'balances',
  params,
  inputs: ({ date }, self) => ({
    before: listOf(self, date === firstDay ? [] : [{ date: addDays(date, -1) }]),
    statistics: listOf(statistics, [{ date }]),
  }),
  output,
  job: sql`balances`,
  resources: { engine: 1 },
});
/** Its inputs can disagree: the balances are made from the statistics too. */
export const report = defineTask({
  name: 'report',
  params,
  inputs: ({ date }) => ({
    statistics: statistics({ date }),
    balances: balances({ date }),
    rates: rates(),
  }),
  output,
  job: sql`report`,
  resources: { engine: 1 },
});
export const summary = defineTask({
  name: 'summary',
  params: { through: day },
  inputs: ({ through }) => ({
    statistics: listOf(statistics, daysThrough(through)),
    balances: balances({ date: through }),
  }),
  output,
  job: sql`summary`,
  resources: { engine: 2 },
});
export const all = defineTask({
  name: 'all',
  params: { through: day },
  inputs: ({ through }) => ({ reports: listOf(report, daysThrough(through)), summary: summary({ through }) }),
});

/** The runner that is given the tasks with the most to do; the other has the rest. */
export const heavy = 'heavy';
export const light = 'light';

/** How much there is of what the tasks take, and how many workers may have work for a runner. */
export const resources: Readonly<Record<string, number>> = { exchange: 1, engine: 2, [heavy]: 2 };

export function projectConfig(targets: Target, runnerOf: (name: string) => Runner): CheckedConfig {
  const tasks = [postings, rates, statistics, balances, report, summary, all];
  const runners = [{ runner: runnerOf(heavy), tasks: ['statistics', 'summary'] }, runnerOf(light)];
  return checkConfig({ targets, runners, tasks, resources }, 'the simulation');
}

/** An input as the job reads it: its whole text. */
export interface InputText {
  readonly input: string;
  readonly text: string;
}

/** What a task with these inputs is: the one definition of right, for the runner and for whoever checks it. */
export function textOf(task: Pick<Task, 'name'>, inputs: readonly InputText[]): string {
  const of = (input: string): readonly string[] =>
    inputs.flatMap((each) => (each.input === input ? [each.text] : []));
  const numbers = (input: string): readonly number[] =>
    of(input).flatMap((text) => text.split(' ').flatMap((word) => (word === '' ? [] : [Number(word)])));
  const sum = (input: string): number => numbers(input).reduce((total, each) => total + each, 0);
  switch (task.name) {
    case 'statistics':
      return `${numbers('postings').length % 3} ${sum('postings') % 5}`;
    case 'balances':
      return String((sum('before') + sum('statistics')) % 7);
    case 'report':
      return `statistics ${of('statistics').join()}, balances ${of('balances').join()}, rates ${of('rates').join()}`;
    default:
      return `statistics ${of('statistics').join('; ')}, balances ${of('balances').join()}`;
  }
}

function daysThrough(through: string): readonly { readonly date: string }[] {
  return daysBetween(firstDay, through).map((date) => ({ date }));
}
