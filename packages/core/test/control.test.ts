import { describe, expect, test } from 'vitest';
import type { Control } from '../src/control.ts';
import { everyRow, inSequence, noNulls, noRows, sameTotal, uniqueKey, zeroSum } from '../src/control.ts';
import { day } from '../src/param.ts';
import { compileControl, readsExpected } from '../src/sql/control.ts';
import type { Dialect } from '../src/sql/dialect.ts';
import { param, sql } from '../src/sql/statement.ts';

const params = { date: day };
const values = { date: '2018-07-24' };

function compiled(control: Control, dialect: Dialect): string {
  const result = compileControl(control, { params, values, output: { id: 'bigint' }, dialect });
  return result.kind === 'rows'
    ? `rows of ${result.relation}: ${result.broken}`
    : `${result.kind}: ${result.query}`;
}

/** One control a line, and below it what it is called, in DuckDB and in Spark. */
const golden: readonly (readonly [Control, string, string, string])[] = [
  [
    noNulls('account_id', 'net'),
    'no-nulls(account_id, net)',
    'rows of output: "account_id" IS NULL OR "net" IS NULL',
    'rows of output: `account_id` IS NULL OR `net` IS NULL',
  ],
  [
    inSequence('sequence'),
    'in-sequence(sequence)',
    'rows of numbered_output: "sequence" IS DISTINCT FROM file_row_number + 1',
    'rows of numbered_output: `sequence` IS DISTINCT FROM file_row_number + 1',
  ],
  [
    everyRow('within its day', sql`occurred_on = ${param('date')} OR kind = ${'bonus'}`),
    'within its day',
    `rows of output: NOT coalesce((occurred_on = DATE '2018-07-24' OR kind = 'bonus'), FALSE)`,
    `rows of output: NOT coalesce((occurred_on = DATE '2018-07-24' OR kind = 'bonus'), FALSE)`,
  ],
  [
    uniqueKey('account_id', 'currency'),
    'unique-key(account_id, currency)',
    'query: SELECT "account_id", "currency", count(*) AS row_count FROM output GROUP BY "account_id", "currency" HAVING count(*) > 1',
    'query: SELECT `account_id`, `currency`, count(*) AS row_count FROM output GROUP BY `account_id`, `currency` HAVING count(*) > 1',
  ],
  [
    zeroSum('amount', { by: ['transaction_id', 'currency'] }),
    'zero-sum(amount by transaction_id, currency)',
    'query: SELECT "transaction_id", "currency", sum("amount") AS sum_is_not_zero FROM output GROUP BY "transaction_id", "currency" HAVING sum("amount") <> 0 OR count("amount") < count(*)',
    'query: SELECT `transaction_id`, `currency`, sum(`amount`) AS sum_is_not_zero FROM output GROUP BY `transaction_id`, `currency` HAVING sum(`amount`) <> 0 OR count(`amount`) < count(*)',
  ],
  [
    zeroSum('amount', { by: [], name: 'all is zero' }),
    'all is zero',
    'query: SELECT sum("amount") AS sum_is_not_zero FROM output HAVING sum("amount") <> 0 OR count("amount") < count(*)',
    'query: SELECT sum(`amount`) AS sum_is_not_zero FROM output HAVING sum(`amount`) <> 0 OR count(`amount`) < count(*)',
  ],
  [
    sameTotal('transactions.amount', 'output.net', { by: ['currency'] }),
    'same-total(transactions.amount, output.net by currency)',
    'groups: SELECT coalesce(l.k0, r.k0) AS "currency", l.total AS "transactions.amount", r.total AS "output.net", coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT "currency" AS k0, coalesce(sum("amount"), 0) AS total FROM "transactions" GROUP BY "currency") l ' +
      'FULL JOIN (SELECT "currency" AS k0, coalesce(sum("net"), 0) AS total FROM "output" GROUP BY "currency") r ON l.k0 IS NOT DISTINCT FROM r.k0',
    'groups: SELECT coalesce(l.k0, r.k0) AS `currency`, l.total AS `transactions.amount`, r.total AS `output.net`, coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT `currency` AS k0, coalesce(sum(`amount`), 0) AS total FROM `transactions` GROUP BY `currency`) l ' +
      'FULL JOIN (SELECT `currency` AS k0, coalesce(sum(`net`), 0) AS total FROM `output` GROUP BY `currency`) r ON l.k0 IS NOT DISTINCT FROM r.k0',
  ],
  [
    sameTotal('expected.count', 'output.*'),
    'same-total(expected.count, output.*)',
    'groups: SELECT l.total AS "expected.count", r.total AS "output.*", coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT coalesce(sum("count"), 0) AS total FROM "expected") l FULL JOIN (SELECT coalesce(count(*), 0) AS total FROM "output") r ON 1 = 1',
    'groups: SELECT l.total AS `expected.count`, r.total AS `output.*`, coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT coalesce(sum(`count`), 0) AS total FROM `expected`) l FULL JOIN (SELECT coalesce(count(*), 0) AS total FROM `output`) r ON 1 = 1',
  ],
  [
    sameTotal('a.x', 'b.y', { by: ['k', 'm'] }),
    'same-total(a.x, b.y by k, m)',
    'groups: SELECT coalesce(l.k0, r.k0) AS "k", coalesce(l.k1, r.k1) AS "m", l.total AS "a.x", r.total AS "b.y", coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT "k" AS k0, "m" AS k1, coalesce(sum("x"), 0) AS total FROM "a" GROUP BY "k", "m") l ' +
      'FULL JOIN (SELECT "k" AS k0, "m" AS k1, coalesce(sum("y"), 0) AS total FROM "b" GROUP BY "k", "m") r ON l.k0 IS NOT DISTINCT FROM r.k0 AND l.k1 IS NOT DISTINCT FROM r.k1',
    'groups: SELECT coalesce(l.k0, r.k0) AS `k`, coalesce(l.k1, r.k1) AS `m`, l.total AS `a.x`, r.total AS `b.y`, coalesce(l.total, 0) <> coalesce(r.total, 0) AS broken ' +
      'FROM (SELECT `k` AS k0, `m` AS k1, coalesce(sum(`x`), 0) AS total FROM `a` GROUP BY `k`, `m`) l ' +
      'FULL JOIN (SELECT `k` AS k0, `m` AS k1, coalesce(sum(`y`), 0) AS total FROM `b` GROUP BY `k`, `m`) r ON l.k0 IS NOT DISTINCT FROM r.k0 AND l.k1 IS NOT DISTINCT FROM r.k1',
  ],
  [
    noRows('no late posting', sql`SELECT * FROM output WHERE occurred_on > ${param('date')}`),
    'no late posting',
    `query: SELECT * FROM output WHERE occurred_on > DATE '2018-07-24'`,
    `query: SELECT * FROM output WHERE occurred_on > DATE '2018-07-24'`,
  ],
];

describe('a control', () => {
  test.each(golden)('compiles for both engines: $1', (control, name, duckdb, spark) => {
    expect(control.name).toBe(name);
    expect(compiled(control, 'duckdb')).toBe(duckdb);
    expect(compiled(control, 'spark')).toBe(spark);
  });

  test('keeps its remedy, and its own name where one is given', () => {
    expect(inSequence('sequence', { name: 'no gap', remedy: 'Ask the exchange.' })).toMatchObject({
      name: 'no gap',
      remedy: 'Ask the exchange.',
    });
    expect('remedy' in uniqueKey('id')).toBe(false);
  });

  test('is known to read what is expected, so that it can be left out where nothing is', () => {
    const reads = (control: Control): boolean => readsExpected(control, params, values);
    expect(reads(sameTotal('expected.count', 'output.*'))).toBe(true);
    expect(reads(sameTotal('output.count', 'expected.*'))).toBe(true);
    expect(reads(sameTotal('transactions.amount', 'output.net'))).toBe(false);
    expect(reads(noRows('x', sql`SELECT * FROM expected`))).toBe(true);
    expect(reads(noRows('x', sql`SELECT * FROM unexpected`))).toBe(false);
    expect(reads(uniqueKey('expected'))).toBe(false);
  });
});
