import type { Columns, Day, Param, TaskDefinition } from '@daybook/core';
import { day, defineTask, files, month, since } from '@daybook/core';

/** The file for people of a day's report: `<date>.tsv`. */
export function dailyTsvTask<C extends Columns>(
  ledgerStart: Day,
  report: TaskDefinition<{ readonly date: Param<string, true> }, C>,
) {
  return defineTask({
    name: `${report.taskName}-tsv`,
    params: { date: since(day, ledgerStart) },
    priority: 4,
    inputs: ({ date }) => ({ report: report({ date }) }),
    output: files(),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ values, inputs, writeFile }) =>
        await writeFile(`${values['date']}.tsv`, inputs.report.tsv()),
    },
  });
}

/** The file for people of a month's report: `<month>.tsv`. */
export function monthlyTsvTask<C extends Columns>(
  ledgerStart: Day,
  report: TaskDefinition<{ readonly month: Param<string, true> }, C>,
) {
  return defineTask({
    name: `${report.taskName}-tsv`,
    params: { month: since(month, ledgerStart) },
    priority: 4,
    inputs: ({ month }) => ({ report: report({ month }) }),
    output: files(),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ values, inputs, writeFile }) =>
        await writeFile(`${values['month']}.tsv`, inputs.report.tsv()),
    },
  });
}
