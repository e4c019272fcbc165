import type { Manifest } from '@daybook/core';
import { expect, test } from 'vitest';
import type { InputFact, WhyFacts } from '../../src/render/why.ts';
import { whyText } from '../../src/render/why.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const manifest: Manifest = {
  format: 1,
  task: 'accounting-report/date=2018-07-24',
  version: 3,
  previous: 'p'.repeat(64),
  attempt: `00000003-${'a'.repeat(32)}`,
  publishedAt: '2018-07-25T06:00:00.000Z',
  today: '2018-07-25',
  reason: { kind: 'code-changed' },
  codeDigest: 'c0de'.repeat(16),
  output: { kind: 'table', columns: [['id', 'bigint']] },
  source: { name: '2018-07-24.ndjson', bytes: 12, unverified: true },
  inputs: [],
  parts: [
    { path: 'a/0', bytes: 900_000, rows: 1000, sha256: 's' },
    { path: 'a/1', bytes: 600_000, rows: 200, sha256: 's' },
  ],
  rows: 1200,
  fingerprint: 'f1'.repeat(32),
  controls: [{ name: 'unique-key(id)', held: true, figures: { broken: '0', rows: '1200' } }],
  runner: { name: 'local', duckdb: 'v1.5.6' },
  durationMs: 2300,
};
const input = (task: string, given: Partial<InputFact> = {}): InputFact => ({
  input: 'statistics',
  task,
  planned: { kind: 'fresh' },
  recorded: 1,
  current: 1,
  same: true,
  wrapper: false,
  ...given,
});
const why = (given: Partial<WhyFacts>): string =>
  whyText({
    task: manifest.task,
    kind: 'sql',
    planned: { kind: 'fresh' },
    current: manifest,
    codeDigest: manifest.codeDigest,
    inputs: [],
    last: undefined,
    today: '2018-07-26',
    everywhere: ['--today', '2018-07-26'],
    width: 100,
    paint: plainPaint,
    ...given,
  });

test('a stale output says which input changed, and what became of each', () => {
  const inputs = [
    input('account-statistics/date=2018-07-22'),
    input('account-statistics/date=2018-07-23'),
    input('account-statistics/date=2018-07-24', { current: 2, same: false }),
    input('balances/date=2018-07-23', { input: 'balances', recorded: undefined, current: 4, same: false }),
    input('rates', { input: 'rates', current: undefined, same: false, gone: true }),
  ];
  const reason = {
    kind: 'input-changed',
    input: 'account-statistics/date=2018-07-24',
    from: 1,
    to: 2,
  } as const;
  expect(why({ planned: { kind: 'run', reason }, inputs, codeDigest: 'new0'.repeat(16) }))
    .toMatchInlineSnapshot(`
      "accounting-report/date=2018-07-24 is stale
        input-changed: it was made from account-statistics/date=2018-07-24 version 1, and now there is
        version 2.

      Current version
        version      3, published 2018-07-25T06:00:00.000Z (today was 2018-07-25)
        reason       code-changed
        output       1,200 rows in 2 parts, 1.5 MB
        fingerprint  f1f1f1f1f1f1
        code digest  c0dec0dec0de, now new0new0new0
        attempt      00000003-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        runner       name local, duckdb v1.5.6
        duration     2.3 s
        source       name 2018-07-24.ndjson, bytes 12, unverified true

      Controls
        ✓  unique-key(id)  broken 0, rows 1200

      Inputs
        statistics  account-statistics 2018-07-22 … 2018-07-23, 2 days  the same
        statistics  account-statistics/date=2018-07-24                  version 1 then, 2 now
        balances    balances/date=2018-07-23                            new, version 4
        rates       rates                                               version 1 then, no input now

      Next
        daybook run accounting-report --date 2018-07-24 --today 2018-07-26
      "
    `);
});

test('figures stand below their controls where a line is too short for both', () => {
  const controls = [
    { name: 'unique-key(account_id, currency)', held: true, figures: { broken: '0' } },
    {
      name: 'same-total(statistics.postings, output.postings)',
      held: true,
      figures: { groups: '3', broken: '0' },
    },
  ];
  expect(why({ current: { ...manifest, controls }, width: 60 })).toContain(
    [
      'Controls',
      '  ✓  unique-key(account_id, currency)',
      '       broken 0',
      '  ✓  same-total(statistics.postings, output.postings)',
      '       groups 3, broken 0',
      '',
    ].join('\n'),
  );
});

test('a missing output says how its last attempt ended', () => {
  const last = {
    run: '20180725T060000000Z-0badcafe',
    at: '2018-07-25T06:00:01.000Z',
    attempt: 'a'.repeat(32),
    number: 2,
    durationMs: 1500,
    end: {
      kind: 'failed',
      fault: 'task',
      error: { code: 'sql-failed', message: 'The statement cannot be bound: there is no column "nett".' },
    },
  } as const;
  expect(why({ planned: { kind: 'run', reason: { kind: 'missing' } }, current: undefined, last }))
    .toMatchInlineSnapshot(`
      "accounting-report/date=2018-07-24 is missing
        No version of it has ever been published.

      Last attempt
        failed after 1.5 s at 2018-07-25T06:00:01.000Z (run 20180725T060000000Z-0badcafe, attempt 2)
        The statement cannot be bound: there is no column "nett".

      Next
        daybook run accounting-report --date 2018-07-24 --today 2018-07-26  once that is seen to
      "
    `);
});

test.each<readonly [string, Partial<WhyFacts>, string]>([
  [
    'a fresh one',
    {},
    'accounting-report/date=2018-07-24 is fresh\n  Its code and its inputs are those that it was made from.',
  ],
  ['a fetched one', { kind: 'load' }, 'is fresh\n  It has been fetched, and is not due to be fetched again.'],
  [
    'a complete wrapper',
    { kind: 'wrapper', current: undefined },
    'is complete\n  Everything that it stands for is fresh.',
  ],
  [
    'one that waits',
    { planned: { kind: 'waiting', for: 'rates' }, current: undefined },
    'is waiting\n  It waits for rates.',
  ],
  [
    'one that may be stale',
    { planned: { kind: 'may-run', above: 'a' } },
    'may be stale\n  a, which it is made from, is not fresh',
  ],
  [
    'changed code',
    { planned: { kind: 'run', reason: { kind: 'code-changed' } } },
    'is stale\n  code-changed: its job, its columns or its controls are not those',
  ],
  [
    'a refetch',
    { planned: { kind: 'run', reason: { kind: 'refetch-due', fetchedOn: '2018-07-25' } } },
    'refetch-due: it was fetched on 2018-07-25',
  ],
])('the state of %s is told in a sentence', (_name, facts, start) => {
  expect(why(facts)).toContain(start);
});
