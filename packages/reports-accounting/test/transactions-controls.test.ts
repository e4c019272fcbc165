import type { ControlResult } from '@daybook/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Books } from './books.ts';
import { openBooks } from './books.ts';
import type { RawPosting } from './load-fixture.ts';
import { load, ndjson, newDate, posting, postings, put } from './load-fixture.ts';

let books: Books;

beforeAll(() => {
  books = openBooks({ ledgerStart: '2018-07-01' });
});

afterAll(() => books.remove());

/** The controls that blocked a day; each says what to do. */
async function blocked(date: string): Promise<readonly ControlResult[]> {
  const end = await load(books, date);
  if (end.kind !== 'blocked') throw new Error(`The day ended otherwise: ${JSON.stringify(end)}`);
  const broken = end.controls.filter((control) => !control.held);
  for (const control of broken) expect(control.remedy).toMatch(/^[A-Z].*\.$/);
  return broken;
}

const inSequence = 'in-sequence(sequence)';
const balanced = 'transactions-balance';

type Controlled = readonly [
  string,
  (date: string) => readonly RawPosting[],
  string,
  (date: string) => readonly object[],
];

const broken: readonly Controlled[] = [
  [
    'a gap in the sequence',
    (date) => postings(date, 4, { 3: { sequence: 5 }, 4: { sequence: 6 } }),
    inSequence,
    () => [{ record: '3', value_before: '2', sequence: '5' }],
  ],
  [
    'a sequence that repeats',
    (date) => postings(date, 4, { 4: { sequence: 3 } }),
    inSequence,
    () => [{ sequence: '3', account_id: '1004' }],
  ],
  [
    'postings in disorder',
    (date) => postings(date, 4, { 2: { sequence: 3 }, 3: { sequence: 2 } }),
    inSequence,
    () => [{ sequence: '3' }, { sequence: '2' }, { sequence: '4' }],
  ],
  [
    'a sequence that begins beyond 1',
    (date) => [posting(date, 3, { transaction_id: 1 }), posting(date, 4, { transaction_id: 1 })],
    inSequence,
    () => [{ record: '1', value_before: '0', sequence: '3' }],
  ],
  [
    'a time before the day',
    (date) => postings(date, 2, { 1: { occurred_at: '2018-06-30T23:59:59.999999Z' } }),
    'within-the-day',
    () => [{ sequence: '1', occurred_at: '2018-06-30T23:59:59.999999Z' }],
  ],
  [
    'a time at the end of the day, which is the day after',
    (date) => postings(date, 2, { 2: { occurred_at: `${date}T24:00:00Z` } }),
    'within-the-day',
    () => [{ sequence: '2' }],
  ],
  [
    'a transaction that does not balance',
    (date) => postings(date, 4, { 4: { amount: '-4.99' } }),
    balanced,
    () => [
      {
        transaction_id: '2',
        currency: 'EUR',
        sum_is_not_zero: '0.01',
        first_sequence: '3',
        last_sequence: '4',
      },
    ],
  ],
  [
    'a transaction that balances across currencies only',
    (date) => postings(date, 2, { 2: { currency: 'GBP' } }),
    balanced,
    () => [
      { transaction_id: '1', currency: 'EUR', sum_is_not_zero: '5.00' },
      { transaction_id: '1', currency: 'GBP', sum_is_not_zero: '-5.00' },
    ],
  ],
];

test.each(broken)('%s blocks the day and shows the postings', async (_, records, control, offenders) => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(records(date)));
  expect(await blocked(date)).toMatchObject([{ name: control, offenders: offenders(date) }]);
});

const right = { currency: 'EUR', count: 4, credits: '10.00', debits: '10.0' };

test.each([
  ['one posting more than there is', [{ ...right, count: 5 }], 2],
  ['credits that are not there', [{ ...right, credits: '10.01' }], 1],
  ['debits that are not there', [{ ...right, debits: '9.99' }], 1],
  ['a currency that is not there', [right, { currency: 'USD', count: 1, credits: '0', debits: '0' }], 2],
  ['another currency', [{ ...right, currency: 'GBP' }], 2],
  ['no currency', [], 2],
])('totals of %s block the day and show both figures', async (_, currencies, differences) => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, 4)));
  put(books, `${date}.totals.json`, totals(date, currencies));
  const [control, ...others] = await blocked(date);
  expect(others).toEqual([]);
  expect(control?.name).toBe('matches-exchange-totals');
  expect(control?.offenders).toHaveLength(differences);
  expect(Object.keys(control?.offenders?.[0] ?? {})).toEqual([
    'currency',
    'count_expected',
    'count_found',
    'credits_expected',
    'credits_found',
    'debits_expected',
    'debits_found',
  ]);
});

test.each([
  ['a day of postings', 4, [right], 5],
  ['a day of postings that its currencies have', 4, [right], 0],
  ['an empty day', 0, [], 1],
])('a count of %s that is not that of its postings blocks the day', async (_, there, currencies, count) => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, there)));
  put(books, `${date}.totals.json`, JSON.stringify({ date, count, currencies }));
  expect(await blocked(date)).toMatchObject([
    {
      name: 'matches-exchange-totals',
      offenders: [{ currency: 'all', count_expected: String(count), count_found: String(there) }],
    },
  ]);
});

test('totals that agree are kept as a control that held, and the day is not marked unverified', async () => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, 4)));
  put(books, `${date}.totals.json`, totals(date, [right]));
  const end = await load(books, date);
  expect(end).toMatchObject({ kind: 'published' });
  expect(end).not.toHaveProperty('unverified');
});

test('a currency that the totals name with no postings is as good as one left out', async () => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, 4)));
  put(
    books,
    `${date}.totals.json`,
    totals(date, [right, { currency: 'USD', count: 0, credits: '0', debits: '0.00' }]),
  );
  expect(await load(books, date)).toMatchObject({ kind: 'published' });
});

test('sums of more digits than an amount agree too', async () => {
  const date = newDate();
  const most = '9999999999999999.99';
  const twice = {
    currency: 'EUR',
    count: 4,
    credits: '19999999999999999.98',
    debits: '19999999999999999.98',
  };
  const amounts = {
    1: { amount: most },
    2: { amount: `-${most}` },
    3: { amount: most },
    4: { amount: `-${most}` },
  };
  put(books, `${date}.ndjson`, ndjson(postings(date, 4, amounts)));
  put(books, `${date}.totals.json`, totals(date, [twice]));
  expect(await load(books, date)).toMatchObject({ kind: 'published' });
});

function totals(date: string, currencies: readonly { readonly count: number }[]): string {
  const count = currencies.reduce((sum, each) => sum + each.count, 0);
  return JSON.stringify({ date, count, currencies });
}
