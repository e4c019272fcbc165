import { addDays } from '@daybook/core';
import { expect, test } from 'vitest';
import type { StatusCell, StatusGrid } from '../../src/render/status.ts';
import { statusDocument, statusText } from '../../src/render/status.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const kinds: Readonly<Record<string, StatusCell['kind']>> = {
  f: 'fresh',
  s: 'stale',
  y: 'may-run',
  m: 'missing',
  w: 'waiting',
  '-': 'none',
};
const cells = (letters: string): readonly StatusCell[] =>
  [...letters].map((letter) => ({ kind: kinds[letter] ?? 'none' }));
const days = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => addDays(first, index));
const text = (grids: readonly StatusGrid[], width: number): string =>
  statusText({ grids, width, paint: plainPaint, today: '2018-08-05' });

const fortnight: StatusGrid = {
  kind: 'day',
  steps: days('2018-07-22', 14),
  rows: [
    { name: 'transactions', cells: cells('--ffffffffffmw') },
    { name: 'accounting-report', cells: cells('--ffffffssyymw') },
  ],
};

test('a fortnight stands in one grid, months and single tasks in grids of their own', () => {
  const grids: readonly StatusGrid[] = [
    fortnight,
    {
      kind: 'month',
      steps: ['2017-12', '2018-01', '2018-02'],
      rows: [{ name: 'monthly-report', cells: cells('-fm') }],
    },
    { kind: 'none', steps: [''], rows: [{ name: 'opening-balances', cells: cells('f') }] },
  ];
  expect(text(grids, 100)).toMatchInlineSnapshot(`
    "                   2018-07                       2018-08
                       22 23 24 25 26 27 28 29 30 31 01 02 03 04
    transactions        ·  ·  ●  ●  ●  ●  ●  ●  ●  ●  ●  ●  ○  …
    accounting-report   ·  ·  ●  ●  ●  ●  ●  ●  ◐  ◐  ◔  ◔  ○  …

                       2017-12 2018-01 2018-02
    monthly-report      ·       ●       ○

    opening-balances   ●

    ● fresh   ◐ stale   ◔ may run, when what is above it has run   ○ missing   … waiting   (today is 2018-08-05)
    "
  `);
});

test('what does not fit beside each other goes below each other, by whole weeks', () => {
  expect(text([fortnight], 46)).toMatchInlineSnapshot(`
    "                   2018-07
                       22 23 24 25 26 27 28
    transactions        ·  ·  ●  ●  ●  ●  ●
    accounting-report   ·  ·  ●  ●  ●  ●  ●

                       2018-07  2018-08
                       29 30 31 01 02 03 04
    transactions        ●  ●  ●  ●  ●  ○  …
    accounting-report   ●  ◐  ◐  ◔  ◔  ○  …

    ● fresh   ◐ stale   ◔ may run, when what is above it has run   ○ missing   … waiting   (today is 2018-08-05)
    "
  `);
});

test('a terminal narrower than one column still gets a grid', () => {
  expect(
    text(
      [{ ...fortnight, steps: days('2018-07-22', 2), rows: [{ name: 'transactions', cells: cells('fm') }] }],
      10,
    ),
  ).toMatchInlineSnapshot(`
    "              2018-07
                  22
    transactions   ●

                  2018-07
                  23
    transactions   ○

    ● fresh   ○ missing   (today is 2018-08-05)
    "
  `);
});

test('the name of a month that has too few columns gives way to the next', () => {
  const steps = days('2018-07-31', 5);
  expect(text([{ kind: 'day', steps, rows: [{ name: 'sales', cells: cells('fffff') }] }], 80))
    .toMatchInlineSnapshot(`
    "          2018-08
           31 01 02 03 04
    sales   ●  ●  ●  ●  ●

    ● fresh   (today is 2018-08-05)
    "
  `);
});

test('the document names each task with its status and the reason', () => {
  const cell: StatusCell = { kind: 'stale', task: 'a/date=2018-07-22', reason: { kind: 'code-changed' } };
  const grid: StatusGrid = {
    kind: 'day',
    steps: ['2018-07-21', '2018-07-22'],
    rows: [{ name: 'a', cells: [{ kind: 'none' }, cell] }],
  };
  expect(statusDocument([grid], '2018-08-05')).toEqual({
    today: '2018-08-05',
    tasks: [{ task: 'a/date=2018-07-22', status: 'stale', reason: 'code-changed' }],
  });
});
