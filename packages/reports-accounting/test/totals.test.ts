import type { DaybookError } from '@daybook/core';
import { expect, test } from 'vitest';
import { expectedRows, parseTotals } from '../src/index.ts';

const date = '2018-07-24';
const good = {
  date,
  count: 3,
  currencies: [
    { currency: 'EUR', count: 2, credits: '12.30', debits: '12.3' },
    { currency: 'GBP', count: 1, credits: '0', debits: '99999999999999999.99' },
  ],
};

test('totals become the rows that the postings are held against, an unknown field ignored', () => {
  const totals = parseTotals(JSON.stringify({ ...good, version: 2 }), date, 'of the test');
  expect(totals).toEqual(good);
  expect(expectedRows(totals)).toEqual([
    ...good.currencies,
    { currency: 'all', count: 3, credits: null, debits: null },
  ]);
});

test('a byte order mark is no part of the document', () => {
  expect(parseTotals(`\uFEFF${JSON.stringify(good)}`, date, 'of the test').count).toBe(3);
});

test('a day without postings has no currencies', () => {
  expect(parseTotals(`{"date":"${date}","count":0,"currencies":[]}`, date, 'of the test')).toEqual({
    date,
    count: 0,
    currencies: [],
  });
});

const first = good.currencies[0];
const withFirst = (change: object): unknown => ({
  ...good,
  currencies: [{ ...first, ...change }, good.currencies[1]],
});

const bad: readonly (readonly [string, unknown, string])[] = [
  ['a list', [], 'the document is [] and not an object'],
  ['another day', { ...good, date: '2018-07-23' }, 'date is "2018-07-23" and not "2018-07-24"'],
  ['no day', { ...good, date: undefined }, 'date is missing and not "2018-07-24"'],
  ['a count as text', { ...good, count: '3' }, 'count is "3" and not a whole number'],
  ['a negative count', { ...good, count: -3 }, 'count is -3 and not a whole number'],
  ['half a count', { ...good, count: 2.5 }, 'count is 2.5 and not a whole number'],
  ['no currencies', { ...good, currencies: undefined }, 'currencies is missing and not a list'],
  ['a currency that is null', { ...good, currencies: [null] }, 'currencies[0] is null and not an object'],
  ['a currency in small letters', withFirst({ currency: 'eur' }), 'currencies[0].currency is "eur"'],
  ['a currency twice', withFirst({ currency: 'GBP' }), 'the currency GBP is there twice'],
  ['a currency without a count', withFirst({ count: null }), 'currencies[0].count is null'],
  ['credits as a number', withFirst({ credits: 12.3 }), 'currencies[0].credits is 12.3 and not an amount'],
  ['negative debits', withFirst({ debits: '-12.30' }), 'currencies[0].debits is "-12.30" and not an amount'],
  ['three decimals', withFirst({ debits: '12.305' }), 'currencies[0].debits is "12.305" and not an amount'],
  ['37 digits', withFirst({ credits: '1'.repeat(37) }), `currencies[0].credits is "${'1'.repeat(37)}"`],
  ['no debits', withFirst({ debits: undefined }), 'currencies[0].debits is missing'],
];

test.each(bad)(
  'totals with %s cannot be read, and the message says why and what to do',
  (_, document, why) => {
    expect(refusal(JSON.stringify(document))).toContain(`The totals of the test cannot be read: ${why}`);
  },
);

test('totals that are cut cannot be read', () => {
  expect(refusal('{"date":"2018-07-24","cou')).toMatch(/is not JSON\. Have the exchange correct them/);
});

function refusal(json: string): string {
  try {
    parseTotals(json, date, 'of the test');
  } catch (error) {
    expect((error as DaybookError).code).toBe('input-unreadable');
    return (error as Error).message;
  }
  throw new Error('The totals were read.');
}
