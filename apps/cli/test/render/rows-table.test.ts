import type { Manifest } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { fitColumns } from '../../src/render/fit-columns.ts';
import { tableText } from '../../src/render/rows-table.ts';
import { plainPaint } from '../../src/terminal/paint.ts';

const columns = [
  ['account_id', 'bigint'],
  ['currency', 'string'],
  ['opening_balance', 'decimal(18,2)'],
  ['deposits', 'decimal(18,2)'],
  ['withdrawals', 'decimal(18,2)'],
  ['stakes', 'decimal(18,2)'],
  ['net', 'decimal(18,2)'],
  ['closing_balance', 'decimal(18,2)'],
] as const;
const manifest = {
  task: 'accounting-report/date=2018-07-24',
  version: 1,
  output: { kind: 'table', columns },
  rows: 309,
} as unknown as Manifest;
const rows = [
  ['1', 'EUR', '0.00', '-103380.00', '65423.34', '0.00', '-37956.66', '-37956.66'],
  ['1001', 'GBP', '12.50', '0.00', null, '-4.00', '-4.00', '8.50'],
];
const table = (width: number | undefined, shown: readonly (readonly (string | null)[])[] = rows): string =>
  tableText({
    manifest,
    current: 1,
    keys: ['account_id', 'currency'],
    rows: shown,
    width,
    paint: plainPaint,
  });

test('a table that fits has all its columns', () => {
  const wide = table(undefined);
  expect(wide).toMatchInlineSnapshot(`
    "account_id  currency  opening_balance    deposits  withdrawals  stakes        net  closing_balance
             1  EUR                  0.00  -103380.00     65423.34    0.00  -37956.66        -37956.66
          1001  GBP                 12.50        0.00                -4.00      -4.00             8.50

    accounting-report/date=2018-07-24 version 1: 2 rows shown, 307 more (--limit N, or --format tsv for all)
    "
  `);
  const [header = ''] = wide.split('\n');
  expect(table(header.length).split('\n')[0]).toBe(header);
});

test('a table that does not fit keeps its keys and its last columns, and names what is hidden', () => {
  expect(table(64)).toMatchInlineSnapshot(`
    "account_id  currency  …  stakes        net  closing_balance
             1  EUR       …    0.00  -37956.66        -37956.66
          1001  GBP       …   -4.00      -4.00             8.50

    accounting-report/date=2018-07-24 version 1: 2 rows shown, 307
    more (--limit N, or --format tsv for all)
    3 columns hidden: opening_balance, deposits, withdrawals (a
    wider terminal, or | less -S, shows all)
    "
  `);
});

test('no line of a table is wider than the terminal', () => {
  for (const width of [20, 30, 40, 60, 80, 90]) {
    const lines = table(width).split('\n').slice(0, 3);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
  }
});

test('what a terminal would obey is shown, not sent', () => {
  expect(table(undefined, [['1', '\u001B[2Jx\u009B', ...Array<string>(6).fill('')]])).toContain(
    String.raw`1  \u001b[2Jx\u009b`,
  );
});

describe('columns are hidden in the middle', () => {
  const cases: readonly (readonly [string, readonly number[], number, number, readonly number[]])[] = [
    ['none when all fit exactly', [4, 4, 4, 4], 1, 22, []],
    ['one too many, and the gap takes room too', [4, 4, 4, 4], 1, 21, [1]],
    ['keys before others', [4, 4, 4, 4, 4], 2, 21, [2, 3]],
    ['keys too when there is no room for them', [4, 9, 4, 4], 2, 20, [1]],
    ['never the first and the last', [40, 40, 40], 1, 10, [1]],
    ['none where there are but two', [40, 40], 1, 10, []],
  ];
  test.each(cases)('%s', (_name, widths, keys, width, hidden) => {
    expect(fitColumns(widths, keys, width).hidden).toEqual(hidden);
  });
});
