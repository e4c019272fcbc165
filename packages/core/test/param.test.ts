import { describe, expect, test } from 'vitest';
import type { Param } from '../src/param.ts';
import {
  boolean,
  choice,
  day,
  defaulted,
  integer,
  month,
  optional,
  since,
  text,
  yesterday,
} from '../src/param.ts';
import { rowsOf } from './text-table.ts';

const params: Readonly<Record<string, Param>> = {
  text,
  integer,
  boolean,
  day,
  month,
  choice: choice('stake', 'payout'),
  'since day': since(day, '2018-07-15'),
  'since month': since(month, '2018-07-15'),
};

const cases = rowsOf(
  ['param', 'given', 'becomes'],
  `
  param       | given               | becomes
  text        | a b                 | "a b"
  text        | 42                  | "42"
  text        |                     | refused: is empty; give some text
  integer     | 42                  | 42
  integer     | 0                   | 0
  integer     | -7                  | -7
  integer     | 9007199254740991    | 9007199254740991
  integer     | 9007199254740992    | refused: is not a whole number such as 42
  integer     | -0                  | refused: is not a whole number such as 42
  integer     | 042                 | refused: is not a whole number such as 42
  integer     | +1                  | refused: is not a whole number such as 42
  integer     | 1.0                 | refused: is not a whole number such as 42
  integer     | 1e3                 | refused: is not a whole number such as 42
  integer     | 0x10                | refused: is not a whole number such as 42
  integer     |                     | refused: is not a whole number such as 42
  boolean     | true                | true
  boolean     | false               | false
  boolean     | yes                 | refused: is neither true nor false
  boolean     | TRUE                | refused: is neither true nor false
  day         | 2018-07-24          | "2018-07-24"
  day         | 2018-02-30          | refused: is not a day of the form YYYY-MM-DD
  day         | 24.07.2018          | refused: is not a day of the form YYYY-MM-DD
  month       | 2018-07             | "2018-07"
  month       | 2018-07-24          | refused: is not a month of the form YYYY-MM
  choice      | payout              | "payout"
  choice      | Payout              | refused: is not one of stake, payout
  since day   | 2018-07-15          | "2018-07-15"
  since day   | 2018-07-14          | refused: ends before 2018-07-15, the first day there is
  since day   | yesterday           | refused: is not a day of the form YYYY-MM-DD
  since month | 2018-07             | "2018-07"
  since month | 2018-06             | refused: ends before 2018-07-15, the first day there is
  since month | 9999-12             | "9999-12"
`,
);

describe('a parameter', () => {
  test.each(cases)('that is $param reads "$given" as $becomes', ({ param, given, becomes }) => {
    const parsed = params[param]?.parse(given);
    expect(parsed?.ok === true ? JSON.stringify(parsed.value) : `refused: ${parsed?.why}`).toBe(becomes);
  });

  test('is required unless it is optional, and parses the same then', () => {
    expect([day.required, optional(day).required]).toEqual([true, false]);
    expect(optional(day).parse('2018-02-30').ok).toBe(false);
    expect(optional(day).kind).toBe('day');
  });

  test('says what a value looks like', () => {
    expect(Object.values(params).map(({ shape }) => shape)).toEqual([
      'TEXT',
      'N',
      'true|false',
      'YYYY-MM-DD',
      'YYYY-MM',
      'stake|payout',
      'YYYY-MM-DD',
      'YYYY-MM',
    ]);
  });

  test('with a default takes it from the accounting today', () => {
    expect(defaulted(day, yesterday).byDefault?.('2018-03-01')).toBe('2018-02-28');
    expect(defaulted(day, yesterday).required).toBe(true);
  });
});
