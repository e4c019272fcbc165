import type { Day } from '../../src/calendar.ts';
import { addDays, daysBetween } from '../../src/calendar.ts';
import type { LoadJob } from '../../src/job.ts';
import { day } from '../../src/param.ts';
import { table } from '../../src/schema.ts';
import { sql } from '../../src/sql/statement.ts';
import type { Task } from '../../src/task.ts';
import { defineTask, listOf } from '../../src/task.ts';
import type { InputText } from '../simulation/project.ts';
import { firstDay, textOf } from '../simulation/project.ts';

export const taskNames = ['postings', 'rates', 'statistics', 'balances', 'report', 'summary'] as const;
export type EditedName = (typeof taskNames)[number];

/** What can be edited of a project besides its data. */
export interface ProjectState {
  /** The number of the code of each task. An odd number makes what the even one before it made. */
  readonly codes: Readonly<Record<EditedName, number>>;
  /** How many days a summary looks at. */
  readonly window: number;
}

export type EditedProject = ReturnType<typeof editedProject>;

/** The definitions of a project in one state: a new state is a new configuration, as when its file is edited. */
export function editedProject({ codes, window }: ProjectState) {
  const output = table({ value: 'bigint' });
  const params = { date: day };
  const loadOf = (name: EditedName): LoadJob => ({
    kind: 'load',
    version: String(codes[name]),
    formats: {},
    fetch: async () => ({ kind: 'waiting', for: 'nothing' }),
  });
  const jobOf = (name: EditedName) => sql`${name} ${codes[name]}`;
  const postings = defineTask({
    name: 'postings',
    params,
    output,
    job: loadOf('postings'),
    refetch: { days: 2 },
  });
  const rates = defineTask({ name: 'rates', output, job: loadOf('rates'), refetch: 'always' });
  const statistics = defineTask({
    name: 'statistics',
    params,
    inputs: ({ date }) => ({ postings: postings({ date }) }),
    output,
    job: jobOf('statistics'),
  });
  const balances = defineTask({
    name: 'balances',
    params,
    inputs: ({ date }, self) => ({
      before: listOf(self, date === firstDay ? [] : [{ date: addDays(date, -1) }]),
      statistics: listOf(statistics, [{ date }]),
    }),
    output,
    job: jobOf('balances'),
  });
  const report = defineTask({
    name: 'report',
    params,
    inputs: ({ date }) => ({
      statistics: statistics({ date }),
      balances: balances({ date }),
      rates: rates(),
    }),
    output,
    job: jobOf('report'),
  });
  const summary = defineTask({
    name: 'summary',
    params: { through: day },
    inputs: ({ through }) => ({
      statistics: listOf(statistics, datesThrough(through).slice(-window)),
      balances: balances({ date: through }),
    }),
    output,
    job: jobOf('summary'),
  });
  const all = defineTask({
    name: 'all',
    params: { through: day },
    inputs: ({ through }) => ({
      reports: listOf(report, datesThrough(through)),
      summary: summary({ through }),
    }),
  });
  return { postings, rates, statistics, balances, report, summary, all };
}

/** What the code of a task in one state makes of these inputs; of a load task, of what is outside. */
export function editedText(
  { codes }: ProjectState,
  task: Pick<Task, 'name'>,
  inputs: readonly InputText[] | string,
): string {
  const text = typeof inputs === 'string' ? inputs : textOf(task, inputs);
  const salt = Math.floor(codes[task.name as EditedName] / 2);
  return salt === 0 ? text : `${text} ${salt}`;
}

function datesThrough(through: Day): readonly { readonly date: string }[] {
  return daysBetween(firstDay, through).map((date) => ({ date }));
}
