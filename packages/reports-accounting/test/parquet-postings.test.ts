import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Books } from './books.ts';
import { openBooks } from './books.ts';
import { load, newDate, put, refusal } from './load-fixture.ts';

let books: Books;

beforeAll(() => {
  books = openBooks({ ledgerStart: '2018-07-01' });
});

afterAll(() => books.remove());

/** Puts a day of one balanced transaction into place as Parquet, its columns of the types given. */
async function putParquet(date: string, types: Readonly<Record<string, string>>): Promise<void> {
  const column = (name: string, type: string, value: string): string =>
    `CAST(${value} AS ${types[name] ?? type}) AS ${name}`;
  const columns = [
    column('sequence', 'BIGINT', 'n'),
    column('transaction_id', 'BIGINT', '9'),
    column('account_id', 'BIGINT', '1000 + n'),
    column('kind', 'VARCHAR', `'stake'`),
    column('amount', 'DECIMAL(18,2)', `CASE WHEN n = 1 THEN '12.50' ELSE '-12.50' END`),
    column('currency', 'VARCHAR', `'EUR'`),
    column('occurred_at', 'TIMESTAMPTZ', `'${date}T12:00:00.25Z'`),
  ].filter((each) => !each.includes('AS absent)'));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run("SET TimeZone = 'UTC'");
  const path = join(books.folder, 'exchange', `${date}.parquet`);
  await connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM range(1, 3) AS t(n)) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
}

test.each([
  [{}],
  [{ amount: 'VARCHAR', occurred_at: 'VARCHAR', sequence: 'VARCHAR' }],
  [{ amount: 'DECIMAL(5,2)', occurred_at: 'TIMESTAMP', sequence: 'INTEGER', account_id: 'UINTEGER' }],
  [{ amount: 'DECIMAL(9,1)', occurred_at: 'TIMESTAMP_MS', transaction_id: 'UBIGINT' }],
  [{ occurred_at: 'TIMESTAMP_NS' }],
])('Parquet with the types %o is read exactly, and a market that is left out is null', async (types) => {
  const date = newDate();
  await putParquet(date, types);
  expect(await load(books, date)).toMatchObject({ kind: 'published' });
  expect(await books.rows('transactions', { date })).toEqual([
    row('1', '12.50', date),
    row('2', '-12.50', date),
  ]);
});

test.each([
  [{ amount: 'DOUBLE' }, 'amount'],
  [{ amount: 'DECIMAL(18,3)' }, 'line 1 (sequence 1): amount "12.500" is not text of at most 16 digits'],
  [{ occurred_at: 'DATE' }, 'occurred_at'],
  [{ account_id: 'DOUBLE' }, 'account_id'],
  [{ account_id: 'absent' }, 'line 1 (sequence 1): account_id is missing'],
])('Parquet with the types %o is refused', async (types, why) => {
  const date = newDate();
  await putParquet(date, types);
  expect(await refusal(books, date)).toContain(why);
});

test('what is no Parquet is refused as unreadable', async () => {
  const date = newDate();
  put(books, `${date}.parquet`, 'PAR1');
  expect(await refusal(books, date)).toContain(`${date}.parquet`);
});

function row(sequence: string, amount: string, date: string): Readonly<Record<string, string | null>> {
  return {
    sequence,
    transaction_id: '9',
    account_id: `100${sequence}`,
    kind: 'stake',
    amount,
    currency: 'EUR',
    market_id: null,
    occurred_at: `${date}T12:00:00.250000Z`,
  };
}
