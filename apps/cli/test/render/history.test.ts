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
  width: 160,
  paint: plainPaint,
};

test('versions stand newest first, then the attempts that published nothing', () => {
  expect(historyText(facts)).toMatchInlineSnapshot(`
    "transactions/date=2018-07-24

    version  published             outcome         rows  fingerprint   attempt   reason
          3  2018-07-23 06:00:00Z  published  8,800,000  bbbbbbbbbbbb  33333333  refetch-due: fetched on 2018-07-26
          2  2018-07-22 06:00:00Z  unchanged  8,800,000  aaaaaaaaaaaa  22222222  refetch-due: fetched on 2018-07-25
          1  2018-07-21 06:00:00Z  published  8,800,000  aaaaaaaaaaaa  11111111  missing

    Attempts that published nothing, as far as this machine ran them:

    ended                 outcome          attempt   run  why
    2018-07-25 05:00:00Z  timed-out        eeeeeeee  r1   It took longer than its time limit and was ended. Raise timeoutMs of the task, or see why it is slow.
    2018-07-25 04:00:00Z  upstream-failed            r0   It did not run, because rates did not end well.
    "
  `);
});

test('where a line is too short for the reason, it stands below', () => {
  const text = historyText({ ...facts, width: 80 });
  expect(text).toMatchInlineSnapshot(`
    "transactions/date=2018-07-24

    version  published             outcome         rows  fingerprint   attempt
          3  2018-07-23 06:00:00Z  published  8,800,000  bbbbbbbbbbbb  33333333
             refetch-due: fetched on 2018-07-26
          2  2018-07-22 06:00:00Z  unchanged  8,800,000  aaaaaaaaaaaa  22222222
             refetch-due: fetched on 2018-07-25
          1  2018-07-21 06:00:00Z  published  8,800,000  aaaaaaaaaaaa  11111111
             missing

    Attempts that published nothing, as far as this machine ran them:

    ended                 outcome          attempt   run
    2018-07-25 05:00:00Z  timed-out        eeeeeeee  r1
             It took longer than its time limit and was ended. Raise timeoutMs of
             the task, or see why it is slow.
    2018-07-25 04:00:00Z  upstream-failed            r0
             It did not run, because rates did not end well.
    "
  `);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
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
