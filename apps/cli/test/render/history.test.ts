import type { Manifest } from '@daybook/core';
import { expect, test } from 'vitest';
import { historyDocument, historyText } from '../../src/render/history.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const version = (number: number, part: string, reason: Manifest['reason']): Manifest => ({
  format: 1,
  task: 'transactions/date=2018-07-24',
  version: number,
  previous: null,
  attempt: `0000000${number}-${String(number).repeat(32)}`,
  publishedAt: `2018-07-2${number}T06:00:00.000Z`,
  today: `2018-07-2${number}`,
  reason,
  codeDigest: 'code',
  output: { kind: 'table', columns: [['id', 'bigint']] },
  inputs: [],
  parts: [{ path: part, bytes: 1, rows: 1, sha256: 's' }],
  rows: 8_800_000,
  fingerprint: part.repeat(40),
  controls: [],
  runner: { name: 'local' },
  durationMs: 1,
});
const facts = {
  task: 'transactions/date=2018-07-24',
  versions: [
    version(3, 'b', { kind: 'refetch-due', fetchedOn: '2018-07-26' }),
    version(2, 'a', { kind: 'refetch-due', fetchedOn: '2018-07-25' }),
    version(1, 'a', { kind: 'missing' }),
  ],
  failures: [
    {
      run: 'r1',
      at: '2018-07-25T05:00:00.000Z',
      attempt: 'e'.repeat(32),
      end: { kind: 'timed-out' },
    } as const,
    {
      run: 'r0',
      at: '2018-07-25T04:00:00.000Z',
      end: { kind: 'upstream-failed', culprit: 'rates' },
    } as const,
  ],
  paint: plainPaint,
};

test('versions stand newest first, then the attempts that published nothing', () => {
  expect(historyText(facts)).toMatchInlineSnapshot(`
    "transactions/date=2018-07-24

    version  published             outcome         rows  fingerprint   reason                              attempt
          3  2018-07-23 06:00:00Z  published  8,800,000  bbbbbbbbbbbb  refetch-due: fetched on 2018-07-26  33333333
          2  2018-07-22 06:00:00Z  unchanged  8,800,000  aaaaaaaaaaaa  refetch-due: fetched on 2018-07-25  22222222
          1  2018-07-21 06:00:00Z  published  8,800,000  aaaaaaaaaaaa  missing                             11111111

    Attempts that published nothing, as far as this machine ran them:

    ended                 outcome          attempt   run  why
    2018-07-25 05:00:00Z  timed-out        eeeeeeee  r1   It took longer than its time limit and was ended. Raise timeoutMs of the task, or see why it is slo…
    2018-07-25 04:00:00Z  upstream-failed            r0   It did not run, because rates did not end well.
    "
  `);
});

test('the document says of each version whether it has parts of its own', () => {
  expect(historyDocument(facts)).toMatchObject({
    versions: [
      { version: 3, outcome: 'published' },
      { version: 2, outcome: 'unchanged' },
      { version: 1, outcome: 'published' },
    ],
  });
});
