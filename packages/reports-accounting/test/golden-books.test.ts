import type { Target } from '@daybook/core';
import { s3Targets } from '@daybook/target-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onServers, tellMissingServers } from '../../target-s3/test/on-servers.ts';
import type { Books } from './books.ts';
import { openBooks } from './books.ts';

tellMissingServers();

/**
 * Books small enough to be checked by hand: two customers, the house (1), client money (2) and the market pool (3), over the
 * two last days of a month. 1003 and client money come with opening balances.
 */
async function closedBooks(targets: Target | undefined): Promise<Books> {
  const books = openBooks({
    ledgerStart: '2018-07-30',
    openingBalances: ['1003,EUR,7.00', '2,EUR,-7'],
    ...(targets === undefined ? {} : { targets }),
  });
  books.writeDay('2018-07-30', [
    { transaction: 1, account: 1001, kind: 'deposit', amount: '100.00', currency: 'EUR' },
    { transaction: 1, account: 2, kind: 'deposit', amount: '-100.00', currency: 'EUR' },
    { transaction: 2, account: 1001, kind: 'stake', amount: '-10', currency: 'EUR' },
    { transaction: 2, account: 3, kind: 'stake', amount: '10', currency: 'EUR' },
    { transaction: 3, account: 1002, kind: 'deposit', amount: '50.0', currency: 'GBP' },
    { transaction: 3, account: 2, kind: 'deposit', amount: '-50.0', currency: 'GBP' },
  ]);
  books.writeDay('2018-07-31', [
    { transaction: 4, account: 1001, kind: 'payout', amount: '19.00', currency: 'EUR' },
    { transaction: 4, account: 3, kind: 'payout', amount: '-20.00', currency: 'EUR' },
    { transaction: 4, account: 1, kind: 'commission', amount: '1.00', currency: 'EUR' },
    { transaction: 5, account: 1002, kind: 'withdrawal', amount: '-20.5', currency: 'GBP' },
    { transaction: 5, account: 2, kind: 'withdrawal', amount: '20.5', currency: 'GBP' },
  ]);
  const result = await books.run('2018-08-10', books.task('monthly-accounting', { month: '2018-07' }));
  expect(result.outcome).toBe('ok');
  return books;
}

const dailyHeader =
  'account_id currency opening_balance deposits withdrawals stakes payouts commission bonuses adjustments net closing_balance postings';

const golden: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    'accounting-report-tsv',
    { date: '2018-07-30' },
    `${dailyHeader}
2    EUR -7.00 -100.00  0.00   0.00 0.00 0.00 0.00 0.00 -100.00 -107.00 1
2    GBP  0.00  -50.00  0.00   0.00 0.00 0.00 0.00 0.00  -50.00  -50.00 1
3    EUR  0.00    0.00  0.00  10.00 0.00 0.00 0.00 0.00   10.00   10.00 1
1001 EUR  0.00  100.00  0.00 -10.00 0.00 0.00 0.00 0.00   90.00   90.00 2
1002 GBP  0.00   50.00  0.00   0.00 0.00 0.00 0.00 0.00   50.00   50.00 1
1003 EUR  7.00    0.00  0.00   0.00 0.00 0.00 0.00 0.00    0.00    7.00 0`,
  ],
  [
    'accounting-report-tsv',
    { date: '2018-07-31' },
    `${dailyHeader}
1    EUR    0.00 0.00   0.00 0.00   0.00 1.00 0.00 0.00   1.00    1.00 1
2    EUR -107.00 0.00   0.00 0.00   0.00 0.00 0.00 0.00   0.00 -107.00 0
2    GBP  -50.00 0.00  20.50 0.00   0.00 0.00 0.00 0.00  20.50  -29.50 1
3    EUR   10.00 0.00   0.00 0.00 -20.00 0.00 0.00 0.00 -20.00  -10.00 1
1001 EUR   90.00 0.00   0.00 0.00  19.00 0.00 0.00 0.00  19.00  109.00 1
1002 GBP   50.00 0.00 -20.50 0.00   0.00 0.00 0.00 0.00 -20.50   29.50 1
1003 EUR    7.00 0.00   0.00 0.00   0.00 0.00 0.00 0.00   0.00    7.00 0`,
  ],
  [
    'monthly-accounting-report-tsv',
    { month: '2018-07' },
    `${dailyHeader} active_days
1    EUR  0.00    0.00   0.00   0.00   0.00 1.00 0.00 0.00    1.00    1.00 1 1
2    EUR -7.00 -100.00   0.00   0.00   0.00 0.00 0.00 0.00 -100.00 -107.00 1 1
2    GBP  0.00  -50.00  20.50   0.00   0.00 0.00 0.00 0.00  -29.50  -29.50 2 2
3    EUR  0.00    0.00   0.00  10.00 -20.00 0.00 0.00 0.00  -10.00  -10.00 2 2
1001 EUR  0.00  100.00   0.00 -10.00  19.00 0.00 0.00 0.00  109.00  109.00 3 2
1002 GBP  0.00   50.00 -20.50   0.00   0.00 0.00 0.00 0.00   29.50   29.50 2 2
1003 EUR  7.00    0.00   0.00   0.00   0.00 0.00 0.00 0.00    0.00    7.00 0 0`,
  ],
  ['house-accounting-report-tsv', { date: '2018-07-30' }, dailyHeader],
  [
    'house-accounting-report-tsv',
    { date: '2018-07-31' },
    `${dailyHeader}
1    EUR 0.00 0.00 0.00 0.00 0.00 1.00 0.00 0.00 1.00 1.00 1`,
  ],
  [
    'monthly-house-accounting-report-tsv',
    { month: '2018-07' },
    `${dailyHeader} active_days
1    EUR 0.00 0.00 0.00 0.00 0.00 1.00 0.00 0.00 1.00 1.00 1 1`,
  ],
  [
    'accounting-summary-tsv',
    { date: '2018-07-31' },
    `owner currency kind postings accounts credits debits net
customer EUR payout     1 1 19.00  0.00  19.00
customer GBP withdrawal 1 1  0.00 20.50 -20.50
house    EUR commission 1 1  1.00  0.00   1.00
internal EUR payout     1 1  0.00 20.00 -20.00
internal GBP withdrawal 1 1 20.50  0.00  20.50`,
  ],
  [
    'monthly-accounting-summary-tsv',
    { month: '2018-07' },
    `owner currency kind postings accounts credits debits net
customer EUR deposit    1 1 100.00   0.00  100.00
customer EUR payout     1 1  19.00   0.00   19.00
customer EUR stake      1 1   0.00  10.00  -10.00
customer GBP deposit    1 1  50.00   0.00   50.00
customer GBP withdrawal 1 1   0.00  20.50  -20.50
house    EUR commission 1 1   1.00   0.00    1.00
internal EUR deposit    1 1   0.00 100.00 -100.00
internal EUR payout     1 1   0.00  20.00  -20.00
internal EUR stake      1 1  10.00   0.00   10.00
internal GBP deposit    1 1   0.00  50.00  -50.00
internal GBP withdrawal 1 1  20.50   0.00   20.50`,
  ],
];

/** The same tests wherever the data is. */
function goldenBooks(open: () => Promise<Target | undefined>): void {
  let books: Books;
  beforeAll(async () => {
    books = await closedBooks(await open());
  });
  afterAll(() => books.remove());

  test.each(golden)('the TSV of %s of %o is as a person adds it up', async (name, values, expected) => {
    const tsv = `${expected.replaceAll(/ +/g, '\t')}\n`;
    expect(await books.text(name, values)).toBe(tsv);
  });

  test('every task of the month and of its days was published, and nothing else runs when it is run again', async () => {
    const again = await books.run('2018-08-10', books.task('monthly-accounting', { month: '2018-07' }));
    expect(again.outcome).toBe('ok');
    // The opening balances are looked at in every run, and were found as they were.
    expect(again.tasks.map(({ task, end }) => `${task} ${end.kind}`)).toEqual(['opening-balances unchanged']);
  });
}

describe('in a folder', () => goldenBooks(async () => undefined));
onServers((server) => goldenBooks(async () => s3Targets(await server.newBucket())));
