import type { Planned } from '@daybook/core';
import { addDays } from '@daybook/core';
import { expect, test } from 'vitest';
import type { PlannedTask } from '../../src/render/plan.ts';
import { planDocument, planText } from '../../src/render/plan.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const days = (
  name: string,
  first: string,
  count: number,
  planned: (day: string) => Planned,
  published = false,
): readonly PlannedTask[] =>
  Array.from({ length: count }, (_, index) => addDays(first, index)).map((day) => ({
    task: `${name}/date=${day}`,
    planned: planned(day),
    published,
  }));
const text = (
  tasks: readonly PlannedTask[],
  words = ['plan', 'accounting', '--exit-code'],
  width = 110,
): string => planText({ tasks, today: '2018-07-25', words, width, paint: plainPaint });

test('a plan groups tasks by name and reason, with their days as ranges', () => {
  const tasks = [
    ...days(
      'transactions',
      '2018-07-22',
      2,
      () => ({ kind: 'run', reason: { kind: 'refetch-due', fetchedOn: '2018-07-24' } }),
      true,
    ),
    ...days('transactions', '2018-07-24', 1, () => ({ kind: 'run', reason: { kind: 'missing' } })),
    ...days(
      'account-statistics',
      '2018-07-01',
      5,
      (day) => ({
        kind: 'run',
        reason: { kind: 'input-changed', input: `transactions/date=${day}`, from: 1, to: 2 },
      }),
      true,
    ),
    ...days(
      'accounting-report',
      '2018-07-01',
      5,
      (day) => ({ kind: 'may-run', above: `account-statistics/date=${day}` }),
      true,
    ),
    ...days('accounting-report', '2018-07-24', 1, (day) => ({
      kind: 'may-run',
      above: `account-statistics/date=${day}`,
    })),
    ...days('transactions', '2018-07-25', 2, (day) => ({
      kind: 'waiting',
      for: `${day} to be over (today is 2018-07-25)`,
    })),
    ...days('house-report', '2018-07-01', 1200, () => ({ kind: 'fresh' }), true),
  ];
  expect(text(tasks)).toMatchInlineSnapshot(`
    "Plan: 8 will run, 6 may run, 2 waiting, 1,200 fresh (today is 2018-07-25)

    Will run
      transactions        refetch-due: fetched on 2018-07-24                   2018-07-22 … 2018-07-23, 2 days
      transactions        missing                                              2018-07-24
      account-statistics  input-changed: transactions (5 tasks) version 1 → 2  2018-07-01 … 2018-07-05, 5 days

    May run, when what is above them has run
      accounting-report  5 published, 1 missing  2018-07-01 … 2018-07-05, 2018-07-24, 6 days

    Waiting
      for 2018-07-25 … 2018-07-26, 2 days, to be over (today is 2018-07-25)
        transactions 2018-07-25 … 2018-07-26, 2 days

    Next: daybook run accounting
    "
  `);
});

test('a plan keeps to the width of a narrow terminal', () => {
  const tasks = [
    ...days(
      'monthly-house-accounting-report-tsv',
      '2018-07-01',
      5,
      (day) => ({
        kind: 'run',
        reason: { kind: 'input-changed', input: `account-statistics/date=${day}`, from: 1, to: 2 },
      }),
      true,
    ),
    ...days('transactions', '2018-07-25', 1, () => ({
      kind: 'waiting',
      for: 'the exchange to publish a day that it has announced and not closed yet (today is 2018-07-25)',
    })),
  ];
  expect(text(tasks, ['plan', 'accounting'], 80)).toMatchInlineSnapshot(`
    "Plan: 5 will run, 1 waiting, 0 fresh (today is 2018-07-25)

    Will run
      monthly-house-accounting-report-tsv
        input-changed: account-statistics (5 tasks) version 1 → 2
        2018-07-01 … 2018-07-05, 5 days

    Waiting
      for the exchange to publish a day that it has announced and not closed yet
          (today is 2018-07-25)
        transactions 2018-07-25

    Next: daybook run accounting
    "
  `);
});

test('a plan with no work is one line', () => {
  expect(text(days('transactions', '2018-07-01', 3, () => ({ kind: 'fresh' }), true))).toBe(
    'Nothing would run: 3 fresh (today is 2018-07-25)\n',
  );
});

test('a new and a gone input are told as what they are', () => {
  const reasons = [
    { kind: 'input-changed', input: 'rates', from: null, to: 3 },
    { kind: 'input-changed', input: 'rates', from: 3, to: null },
    { kind: 'code-changed' },
    { kind: 'forced' },
  ] as const;
  const tasks = reasons.map((reason, index): PlannedTask => ({
    task: `report-${index}`,
    planned: { kind: 'run', reason },
    published: true,
  }));
  expect(text(tasks, ['plan', 'report', '--label', "it's"])).toMatchInlineSnapshot(`
    "Plan: 4 will run, 0 fresh (today is 2018-07-25)

    Will run
      report-0  input-changed: rates version 3 is new
      report-1  input-changed: rates version 3 is no input any more
      report-2  code-changed
      report-3  forced

    Next: daybook run report --label 'it'\\''s'
    "
  `);
});

test('the document of a plan lists every task, the fresh ones too', () => {
  const tasks: readonly PlannedTask[] = [
    { task: 'a', planned: { kind: 'fresh' }, published: true },
    {
      task: 'b',
      planned: { kind: 'run', reason: { kind: 'input-changed', input: 'a', from: 1, to: 2 } },
      published: true,
    },
    { task: 'c', planned: { kind: 'may-run', above: 'b' }, published: true },
    { task: 'd', planned: { kind: 'waiting', for: 'rates' }, published: false },
  ];
  expect(planDocument(tasks, '2018-07-25')).toEqual({
    today: '2018-07-25',
    fresh: 1,
    run: 1,
    mayRun: 1,
    waiting: 1,
    tasks: [
      { task: 'a', planned: 'fresh' },
      { task: 'b', planned: 'run', reason: 'input-changed', because: { input: 'a', from: 1, to: 2 } },
      { task: 'c', planned: 'may-run', above: 'b' },
      { task: 'd', planned: 'waiting', for: 'rates' },
    ],
  });
});
