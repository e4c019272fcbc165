import type { Day, Inputs, Param, Task, TaskDefinition } from '@daybook/core';
import { day, daysBetween, defaulted, defineTask, listOf, month, since, yesterday } from '@daybook/core';
import type { Ledger } from '../ledger.ts';
import { daysOfMonth, monthsEndedBy } from '../ledger.ts';

type OfDay = (values: { readonly date: Day }) => Task;
type OfMonth = (values: { readonly month: string }) => Task;
type DailyAccounting = TaskDefinition<{ readonly date: Param<string, true> }>;
type MonthlyAccounting = TaskDefinition<{ readonly month: Param<string, true> }>;

/** All reports of a day and their files. */
export function dailyAccountingTask(ledgerStart: Day, reports: Readonly<Record<string, OfDay>>) {
  return defineTask({
    name: 'daily-accounting',
    params: { date: since(day, ledgerStart) },
    inputs: ({ date }): Inputs =>
      Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, report({ date })])),
  });
}

/** All reports of a month and their files, and everything of each of its days. */
export function monthlyAccountingTask(
  ledger: Ledger,
  reports: Readonly<Record<string, OfMonth>>,
  dailyAccounting: DailyAccounting,
) {
  return defineTask({
    name: 'monthly-accounting',
    params: { month: since(month, ledger.ledgerStart) },
    inputs: ({ month }): Inputs => ({
      ...Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, report({ month })])),
      days: listOf(dailyAccounting, daysOfMonth(ledger, month)),
    }),
  });
}

/** Everything from the first day of the books through a day: what a daily run asks for. */
export function accountingTask(
  ledger: Ledger,
  dailyAccounting: DailyAccounting,
  monthlyAccounting: MonthlyAccounting,
) {
  return defineTask({
    name: 'accounting',
    params: { through: defaulted(since(day, ledger.ledgerStart), yesterday) },
    inputs: ({ through }): Inputs => ({
      days: listOf(
        dailyAccounting,
        daysBetween(ledger.ledgerStart, through).map((date) => ({ date })),
      ),
      months: listOf(monthlyAccounting, monthsEndedBy(ledger, through)),
    }),
  });
}
