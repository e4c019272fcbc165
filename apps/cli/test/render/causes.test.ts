import type { Reason, RunResult, TaskEnd, TaskId } from '@daybook/core';
import { addDays } from '@daybook/core';
import { expect, test } from 'vitest';
import { causeLines, causesOf } from '../../src/render/causes.ts';

type Ended = RunResult['tasks'][number];

const refetched: Reason = { kind: 'refetch-due', fetchedOn: '2018-08-01' };
const changed = (input: TaskId, from: number | null = 1, to: number | null = 2): Reason => ({
  kind: 'input-changed',
  input,
  from,
  to,
});
const made = (
  task: TaskId,
  reason: Reason,
  kind: 'published' | 'unchanged' = 'published',
  version = 2,
): Ended => ({
  task,
  end: { kind, version, reason, rows: 1 } as TaskEnd,
});
const lateDay = [
  made('transactions/date=2018-07-30', refetched),
  made('transactions/date=2018-07-31', refetched, 'unchanged'),
  made('account-statistics/date=2018-07-30', changed('transactions/date=2018-07-30')),
  made('account-balances/date=2018-07-30', changed('account-statistics/date=2018-07-30')),
  made('account-balances/date=2018-07-31', changed('account-statistics/date=2018-07-30')),
  made('accounting-report/date=2018-07-31', changed('account-balances/date=2018-07-31')),
  made('accounting-report-tsv/date=2018-07-31', changed('accounting-report/date=2018-07-31')),
];

test('a late day is the cause of all that follows from it, at any distance', () => {
  expect(causesOf(lateDay)).toEqual([
    {
      root: 'transactions/date=2018-07-30',
      what: 'changed when it was fetched again',
      followed: lateDay.slice(2).map(({ task }) => task),
    },
  ]);
  expect(causeLines(lateDay, 100)).toEqual([
    'transactions/date=2018-07-30 changed when it was fetched again',
    '  → 5 outputs followed: account-statistics, account-balances, accounting-report and 1 more',
  ]);
});

test('what was made for the first time, or came out the same, has no cause to tell', () => {
  const tasks = [
    made('a', { kind: 'missing' }, 'published', 1),
    made('b', { kind: 'code-changed' }, 'unchanged'),
    { task: 'c', end: { kind: 'waiting', for: 'rates' } } as const,
  ];
  expect(causeLines(tasks, 80)).toEqual([]);
});

test('many days with the same fate are told together', () => {
  const days = Array.from({ length: 31 }, (_, index) => addDays('2018-07-01', index));
  const tasks = days.flatMap((day) => [
    made(`statistics/date=${day}`, { kind: 'code-changed' }),
    made(`report/date=${day}`, changed(`statistics/date=${day}`)),
  ]);
  expect(causeLines(tasks, 80)).toEqual([
    'statistics 2018-07-01 … 2018-07-31, 31 days, was made with changed code',
    '  → 31 outputs followed: report',
  ]);
});

test('an input that changed before the run, is new or is gone is told as that', () => {
  const tasks = [
    made('a', changed('rates', 3, 5)),
    made('b', changed('prices', null, 1)),
    made('c', changed('costs', 2, null)),
    made('d', changed('fees', null, 1)),
    made('fees', { kind: 'missing' }, 'published', 1),
    made('e', { kind: 'forced' }),
  ];
  expect(causeLines(tasks, 80)).toEqual([
    'rates changed before this run (version 3 → 5)',
    '  → 1 output followed: a',
    'prices is a new input',
    '  → 1 output followed: b',
    'costs is no input any more',
    '  → 1 output followed: c',
    'fees is new',
    '  → 1 output followed: d',
    'e changed when it was made again with --force',
  ]);
});

test('more causes than are read at a glance are counted', () => {
  const tasks = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((task) => made(task, refetched));
  expect(causeLines(tasks, 80).slice(-2)).toEqual([
    'f changed when it was fetched again',
    'and 2 other causes; daybook history tells each',
  ]);
});
