import type { RunResult, TaskEnd, TaskId } from '@daybook/core';
import { addDays } from '@daybook/core';
import { expect, test } from 'vitest';
import { runDocument } from '../../src/render/run-document.ts';
import { runSummary } from '../../src/render/run-summary.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

type Ended = RunResult['tasks'][number];

const result = (outcome: RunResult['outcome'], fresh: number, tasks: readonly Ended[]): RunResult => ({
  run: '20180725T060000000Z-0badcafe',
  outcome,
  fresh,
  tasks,
  durationMs: 192_000,
  costs: [],
  unclosed: [],
});
const days = (name: string, first: string, count: number, end: (day: string) => TaskEnd): readonly Ended[] =>
  Array.from({ length: count }, (_, index) => addDays(first, index)).map((day) => ({
    task: `${name}/date=${day}`,
    end: end(day),
  }));
const published = (): TaskEnd => ({ kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 3 });
const below = (culprit: TaskId) => (): TaskEnd => ({ kind: 'upstream-failed', culprit });

const blockedEnd: TaskEnd = {
  kind: 'blocked',
  stage: 'file:///data/transactions/attempts/date=2018-07-12/00000001-aa/',
  controls: [
    { name: 'unique-key(sequence)', held: true, figures: { broken: '0' } },
    {
      name: 'same-total(expected.credits, output.credits by currency)',
      held: false,
      figures: { groups: '2', broken: '1' },
      offenders: [
        { currency: 'EUR', 'expected.credits': '12.50', 'output.credits': '2.25' },
        { currency: 'GBP', 'expected.credits': '1.00', 'output.credits': null },
      ],
      remedy: 'Fetch the day again; if it still differs, ask the exchange which of its two answers is right.',
    },
  ],
};

const summary = (run: RunResult, interrupted = false, width = 100): string =>
  runSummary({
    result: run,
    interrupted,
    words: ['run', 'accounting', '--through', '2018-07-24', '--today', '2018-07-25'],
    everywhere: ['--today', '2018-07-25'],
    width,
    paint: plainPaint,
  });

test('a run that found everything fresh is one line', () => {
  expect(summary(result('ok', 120, []))).toBe('Nothing to do: 120 outputs are fresh. (3 min 12 s)\n');
});

test('what a runner did not let go of is said below what became of the tasks, also where nothing was to do', () => {
  const unclosed = [
    {
      runner: 'emr',
      error: {
        code: 'job-failed',
        message: 'Cluster j-1 is not known to have ended.\nRun daybook emr reap.',
      },
    },
  ] as const;
  const made = days('transactions', '2018-07-12', 1, published);
  expect(summary({ ...result('ok', 0, made), unclosed })).toContain(
    [
      '',
      'Not let go of, and it may cost',
      '  emr [job-failed]',
      '    Cluster j-1 is not known to have ended.',
      '    Run daybook emr reap.',
      '',
    ].join('\n'),
  );
  expect(summary({ ...result('ok', 3, []), unclosed })).toContain('emr [job-failed]');
  expect(runDocument({ ...result('ok', 3, []), unclosed }, false)).toMatchObject({ outcome: 'ok', unclosed });
});

test('what a run cost is said, by currency, and as an estimate where it is one', () => {
  const costs = [
    { amount: '12.3456', currency: 'EUR', estimate: false },
    { amount: '0.0042', currency: 'USD', estimate: true },
  ];
  const run = { ...result('ok', 0, days('account-statistics', '2018-07-24', 1, published)), costs };
  expect(summary(run).split('\n')[0]).toBe(
    'Run ok after 3 min 12 s: 1 output made, 0 fresh. It cost 12.35 EUR and an estimated 0.0042 USD.',
  );
  expect(runDocument(run, false)).toMatchObject({ costs });
});

test('a run that went well says what was made, by name', () => {
  const tasks = [
    ...days(
      'transactions',
      '2018-07-01',
      24,
      () => ({ ...published(), kind: 'published', unverified: true }) as TaskEnd,
    ),
    ...days('account-statistics', '2018-07-01', 23, published),
    {
      task: 'account-statistics/date=2018-07-24',
      end: { kind: 'unchanged', version: 2, reason: { kind: 'code-changed' }, rows: 3 },
    } as const,
  ];
  expect(summary(result('ok', 96, tasks))).toMatchInlineSnapshot(`
    "Run ok after 3 min 12 s: 48 outputs made, 96 fresh.

    Ran
      transactions        24 published               2018-07-01 … 2018-07-24, 24 days
      account-statistics  23 published, 1 unchanged  2018-07-01 … 2018-07-24, 24 days

    Unverified: their source had no totals to hold them against
      transactions  2018-07-01 … 2018-07-24, 24 days
    "
  `);
});

test('a run that restated outputs says what began it', () => {
  const tasks: readonly Ended[] = [
    ...days('transactions', '2018-07-30', 1, () => ({
      kind: 'published',
      version: 2,
      reason: { kind: 'refetch-due', fetchedOn: '2018-08-01' },
      rows: 3,
    })),
    ...days('account-statistics', '2018-07-30', 1, (day) => ({
      kind: 'published',
      version: 2,
      reason: { kind: 'input-changed', input: `transactions/date=${day}`, from: 1, to: 2 },
      rows: 3,
    })),
  ];
  expect(summary(result('ok', 96, tasks))).toMatchInlineSnapshot(`
    "Run ok after 3 min 12 s: 2 outputs made, 96 fresh.

    Ran
      transactions        1 published  2018-07-30
      account-statistics  1 published  2018-07-30

    Restated, because
      transactions/date=2018-07-30 changed when it was fetched again
        → 1 output followed: account-statistics
    "
  `);
});

test('a blocked run prints figures, offending rows, the stage, the remedy and what lies below', () => {
  const tasks = [
    ...days('transactions', '2018-07-01', 11, published),
    { task: 'transactions/date=2018-07-12', end: blockedEnd },
    ...days('account-statistics', '2018-07-12', 1, below('transactions/date=2018-07-12')),
    ...days('accounting-report', '2018-07-12', 13, below('transactions/date=2018-07-12')),
  ];
  expect(summary(result('blocked', 0, tasks))).toMatchInlineSnapshot(`
    "Run blocked after 3 min 12 s: 11 outputs made, 0 fresh, 1 blocked, 14 not run.

    Ran
      transactions  11 published  2018-07-01 … 2018-07-11, 11 days

    Blocked
      transactions/date=2018-07-12 is not published: a control does not hold
        control same-total(expected.credits, output.credits by currency)
          groups 2, broken 1
            currency  expected.credits  output.credits
            EUR                  12.50            2.25
            GBP                   1.00
          Fetch the day again; if it still differs, ask the exchange which of its two answers is
          right.
        The staged data is kept at file:///data/transactions/attempts/date=2018-07-12/00000001-aa/
        14 tasks below did not run: account-statistics 2018-07-12; accounting-report 2018-07-12 …
        2018-07-24, 13 days

    Next
      daybook why transactions --date 2018-07-12 --today 2018-07-25
        what is known of it
      daybook run accounting --through 2018-07-24 --today 2018-07-25
        once it is seen to; only what is missing runs
    "
  `);
});

test('offending rows that are wider than the terminal are told one by one', () => {
  const text = summary(
    result('blocked', 0, [{ task: 'transactions/date=2018-07-12', end: blockedEnd }]),
    false,
    44,
  );
  expect(text).toMatchInlineSnapshot(`
    "Run blocked after 3 min 12 s: 0 outputs made, 0 fresh, 1 blocked.

    Blocked
      transactions/date=2018-07-12 is not published: a control does not hold
        control same-total(expected.credits, output.credits by currency)
          groups 2, broken 1
            currency EUR, expected.credits
            12.50, output.credits 2.25
            currency GBP, expected.credits
            1.00, output.credits (none)
          Fetch the day again; if it still
          differs, ask the exchange which of
          its two answers is right.
        The staged data is kept at file:///data/transactions/attempts/date=2018-07-12/00000001-aa/

    Next
      daybook why transactions --date 2018-07-12 --today 2018-07-25
        what is known of it
      daybook run accounting --through 2018-07-24 --today 2018-07-25
        once it is seen to; only what is missing runs
    "
  `);
});

test('the same failure on many days is told once', () => {
  const failed = (day: string): TaskEnd => ({
    kind: 'failed',
    fault: 'infrastructure',
    error: {
      code: 'source-failed',
      message: `The exchange did not answer for ${day}: connection refused. Run again when it is up.`,
    },
  });
  const tasks = [
    ...days('transactions', '2018-07-01', 3, failed),
    ...days('account-statistics', '2018-07-01', 2, below('transactions/date=2018-07-01')),
  ];
  expect(summary(result('failed', 0, tasks))).toMatchInlineSnapshot(`
    "Run failed after 3 min 12 s: 0 outputs made, 0 fresh, 3 failed, 2 not run.

    Failed
      transactions 2018-07-01 … 2018-07-03, 3 days failed [source-failed]
        the first of them, transactions/date=2018-07-01:
        The exchange did not answer for 2018-07-01: connection refused. Run again when it is up.
        2 tasks below did not run: account-statistics 2018-07-01 … 2018-07-02, 2 days

    Next
      daybook why transactions --date 2018-07-01 --today 2018-07-25
        what is known of it
      daybook run accounting --through 2018-07-24 --today 2018-07-25
        once it is seen to; only what is missing runs
    "
  `);
});

test('what waits is told once for all days, with what it waits for', () => {
  const waiting = (day: string): TaskEnd => ({
    kind: 'waiting',
    for: `${day} to be over (today is 2018-07-25)`,
  });
  const tasks = [
    ...days('transactions', '2018-07-25', 7, waiting),
    { task: 'monthly-accounting-report/month=2018-07', end: waiting('2018-07-25') },
    { task: 'rates', end: { kind: 'waiting', for: 'rates, which another project publishes' } } as const,
  ];
  expect(summary(result('waiting', 4, tasks))).toMatchInlineSnapshot(`
    "Run waiting after 3 min 12 s: 0 outputs made, 4 fresh, 9 waiting.

    Waiting
      for 2018-07-25 … 2018-07-31, 7 days, to be over (today is 2018-07-25)
        transactions 2018-07-25 … 2018-07-31, 7 days
        monthly-accounting-report 2018-07
      for rates, which another project publishes
        rates

    Next
      daybook run accounting --through 2018-07-24 --today 2018-07-25  when it is there
    "
  `);
});

test('an interrupted run says how to go on', () => {
  const tasks = [
    ...days('transactions', '2018-07-01', 2, published),
    ...days('transactions', '2018-07-03', 2, () => ({ kind: 'cancelled' })),
  ];
  expect(summary(result('cancelled', 0, tasks), true)).toMatchInlineSnapshot(`
    "Run cancelled after 3 min 12 s: 2 outputs made, 0 fresh, 2 cancelled.

    Ran
      transactions  2 published  2018-07-01 … 2018-07-02, 2 days

    Cancelled
      transactions  2018-07-03 … 2018-07-04, 2 days

    Next
      daybook run accounting --through 2018-07-24 --today 2018-07-25  goes on; what is made stays
    "
  `);
});

test('the document of a run has each task that was not fresh, and no stack trace', () => {
  const error = { code: 'bug' as const, message: 'It broke.', stack: 'at secret.ts' };
  const tasks: readonly Ended[] = [
    {
      task: 'a',
      end: {
        kind: 'published',
        version: 2,
        reason: { kind: 'input-changed', input: 'b', from: 1, to: 2 },
        rows: 3,
        unverified: true,
      },
    },
    { task: 'c', end: { kind: 'failed', fault: 'task', error } },
    { task: 'd', end: { kind: 'upstream-failed', culprit: 'c' } },
    { task: 'e', end: { kind: 'waiting', for: 'rates' } },
    { task: 'f', end: blockedEnd },
  ];
  expect(runDocument(result('blocked', 5, tasks), false)).toEqual({
    outcome: 'blocked',
    run: '20180725T060000000Z-0badcafe',
    fresh: 5,
    tasks: [
      {
        task: 'a',
        outcome: 'published',
        version: 2,
        reason: 'input-changed',
        because: { input: 'b', from: 1, to: 2 },
        rows: 3,
        unverified: true,
      },
      { task: 'c', outcome: 'failed', error: { code: 'bug', message: 'It broke.' } },
      { task: 'd', outcome: 'upstream-failed', culprit: 'c' },
      { task: 'e', outcome: 'waiting', for: 'rates' },
      { task: 'f', outcome: 'blocked', stage: blockedEnd.stage, controls: blockedEnd.controls },
    ],
  });
});
