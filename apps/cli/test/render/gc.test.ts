import type { Leftover } from '@daybook/core';
import { addDays, attemptToken } from '@daybook/core';
import { expect, test } from 'vitest';
import type { GcFacts } from '../../src/render/gc.ts';
import { gcDocument, gcText } from '../../src/render/gc.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const nowMs = Date.parse('2018-08-01T12:00:00Z');
const hourMs = 3_600_000;
const left = (
  name: string,
  day: number,
  fate: Leftover['fate'],
  hours: number,
  bytes?: number,
): Leftover => ({
  task: `${name}/date=${addDays('2018-07-01', day)}`,
  attempt: attemptToken(1, 'a'.repeat(32)),
  newestMs: nowMs - hours * hourMs,
  fate,
  ...(bytes === undefined ? {} : { bytes }),
});
const facts = (given: Partial<GcFacts>): GcFacts => ({
  removed: false,
  leftovers: [],
  open: [],
  unreadable: [],
  nowMs,
  words: ['gc'],
  width: 80,
  paint: plainPaint,
  ...given,
});
const leftovers = [
  left('transactions', 0, 'dead', 3, 4_000_000),
  left('transactions', 1, 'dead', 75, 1_200_000),
  left('monthly-house-accounting-report-tsv', 1, 'dead', 50, 900),
  left('transactions', 4, 'expired', 24 * 40, 10),
];

test('what would go is told by task, with size, age and days, and how to remove it', () => {
  expect(gcText(facts({ leftovers, words: ['gc', '--older-than', '30'] }))).toMatchInlineSnapshot(`
    "Would go: 4 attempts, 5.2 MB.

    Can never be published
      transactions                         2 attempts  5.2 MB     0 … 3 days ago
        2018-07-01 … 2018-07-02, 2 days
      monthly-house-accounting-report-tsv  1 attempt   900 bytes  2 days ago
        2018-07-02

    Too old to be published
      transactions  1 attempt  10 bytes  40 days ago  2018-07-05

    Next
      daybook gc --older-than 30 --delete
    "
  `);
});

test('what may still be published stays, and old ones are pointed out', () => {
  const open = [left('transactions', 5, 'open', 1), left('transactions', 6, 'open', 24 * 9)];
  expect(gcText(facts({ open }))).toMatchInlineSnapshot(`
    "Nothing would go.

    2 attempts at the next version of their tasks, written 0 … 9 days ago, stay:
    they may still be published, or are kept to be looked at. --older-than DAYS
    takes old ones too.
    "
  `);
  expect(gcText(facts({ open: open.slice(0, 1) }))).toMatchInlineSnapshot(`
    "Nothing would go.

    1 attempt at the next version of its task, written in the last day, stays: it
    may still be published, or is kept to be looked at.
    "
  `);
});

test('what was removed is counted; where the target tells no sizes there are none', () => {
  expect(gcText(facts({ removed: true, leftovers: [left('stats', 1, 'dead', 1)] }))).toMatchInlineSnapshot(`
    "Removed 1 attempt.

    Can never be published
      stats  1 attempt  in the last day  2018-07-02
    "
  `);
});

test('a manifest that cannot be read keeps the attempts at its task, and that is a failure', () => {
  const unreadable = [
    {
      task: 'stats/date=2018-07-01',
      why: 'Version 1 of stats/date=2018-07-01 cannot be read: it is not JSON.',
    },
  ];
  expect(gcText(facts({ unreadable }))).toMatchInlineSnapshot(`
    "Nothing would go.

    The attempts at 1 task stay, for not all manifests can be read. [manifest-invalid]
      Version 1 of stats/date=2018-07-01 cannot be read: it is not JSON.

    Next
      daybook verify
    "
  `);
  expect(gcDocument(facts({ unreadable }))).toEqual({
    outcome: 'failed',
    code: 'manifest-invalid',
    removed: false,
    bytes: 0,
    attempts: [],
    staying: [],
    unreadable,
  });
});

test('the document lists each attempt', () => {
  expect(
    gcDocument(facts({ leftovers: leftovers.slice(0, 1), open: [left('stats', 1, 'open', 1)] })),
  ).toEqual({
    outcome: 'ok',
    removed: false,
    bytes: 4_000_000,
    attempts: [
      {
        task: 'transactions/date=2018-07-01',
        attempt: attemptToken(1, 'a'.repeat(32)),
        fate: 'dead',
        written: '2018-08-01T09:00:00.000Z',
        bytes: 4_000_000,
      },
    ],
    staying: [expect.objectContaining({ task: 'stats/date=2018-07-02', fate: 'open' })],
    unreadable: [],
  });
});
