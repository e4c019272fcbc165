import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Columns, Control, Manifest, Runner } from '@daybook/core';
import { defineTask, everyRow, noRows, sameTotal, sql, table } from '@daybook/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectOf } from './project.ts';
import {
  cachedRunner,
  columns,
  publishedTransactions,
  statistics,
  transactions,
} from './transactions-part.ts';

const counts = { n: 'bigint' } as const;

let published: Awaited<ReturnType<typeof publishedTransactions>>;
/** A runner that has the whole part already. */
let wholeRunner: Runner;
let shapes = 0;
const folder = mkdtempSync(join(tmpdir(), 'runner-local-test-'));

beforeAll(async () => {
  published = await publishedTransactions();
  wholeRunner = cachedRunner(join(folder, 'cache'));
  const output = { kind: 'table', columns: Object.entries(columns) } as Manifest['output'];
  const options = { orderBy: [], limit: 1, as: 'tsv' } as const;
  for await (const _ of wholeRunner.readRows?.(published.target, [published.part], output, options) ?? []);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('statistics of a large part move less than 45 % of its bytes, in two reads', async () => {
  const { target, readings, part, taken } = published;
  taken();
  const project = projectOf([transactions, statistics], { target, runner: cachedRunner() });
  expect(await project.end(statistics())).toMatchObject({ kind: 'published' });
  expect(readings.map((reading) => reading.part)).toEqual([part.path, part.path]);
  expect(readings[0]?.ranges).toHaveLength(1);
  expect(readings[1]?.ranges?.length).toBeLessThan(8);
  expect(taken()).toBeLessThan(part.bytes * 0.45);
});

/** What a statement makes of the transactions when parts are fetched, and what it makes when all is there. */
async function bothWays(output: Columns, statement: string, controls: readonly Control<never>[] = []) {
  const made = async (runner: Runner): Promise<Manifest> => {
    const task = defineTask({
      name: `shape-${shapes++}`,
      inputs: () => ({ transactions: transactions(), t: transactions() }),
      output: table(output),
      controls,
      job: sql([statement] as unknown as TemplateStringsArray),
    });
    const project = projectOf([transactions, task], { target: published.target, runner });
    expect(await project.end(task())).toMatchObject({ kind: 'published' });
    return await project.manifest(task());
  };
  published.taken();
  const fetched = await made(cachedRunner());
  const readings = [...published.readings];
  const bytes = published.taken();
  const whole = await made(wholeRunner);
  expect(published.taken()).toBe(0);
  return { fetched, whole, readings, share: bytes / published.part.bytes };
}

describe('what is made of some columns is what is made of the whole part', () => {
  const amounts = { account_id: 'bigint', amount: 'decimal(18,2)' } as const;
  test.each<readonly [string, number, Columns, string]>([
    ['a count reads no column', 0.02, counts, 'SELECT COUNT(*) AS n FROM transactions'],
    ['a filter alone', 0.2, counts, "SELECT COUNT(*) AS n FROM transactions WHERE kind = 'DEPOSIT'"],
    [
      'a filter that statistics answer',
      0.1,
      { account_id: 'bigint' },
      'SELECT account_id FROM transactions WHERE sequence < 0',
    ],
    [
      'two filters',
      0.6,
      { sequence: 'bigint' },
      "SELECT sequence FROM transactions WHERE amount > 900.00 AND currency IN ('AUD', 'GBP')",
    ],
    [
      'a null filter',
      0.5,
      { sequence: 'bigint' },
      'SELECT sequence FROM transactions WHERE market_id IS NULL',
    ],
    [
      'a join of a table with itself',
      0.7,
      amounts,
      'SELECT a.account_id, b.amount FROM transactions a JOIN t b ON a.sequence = b.sequence WHERE a.amount > 990.00',
    ],
    [
      'a left join',
      0.9,
      counts,
      "SELECT COUNT(b.kind) AS n FROM transactions a LEFT JOIN t b ON a.sequence = b.transaction_id AND b.currency = 'GBP'",
    ],
    [
      'a subquery',
      0.5,
      amounts,
      'SELECT account_id, amount FROM transactions WHERE amount = (SELECT MAX(amount) FROM t)',
    ],
    [
      'a correlated subquery',
      0.6,
      amounts,
      'SELECT account_id, amount FROM transactions a WHERE amount >= (SELECT MAX(b.amount) FROM t b WHERE b.account_id = a.account_id)',
    ],
    [
      'exists',
      0.6,
      amounts,
      "SELECT account_id, amount FROM transactions a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.account_id = a.account_id AND b.kind = 'DEPOSIT')",
    ],
    [
      'a common table expression, twice',
      0.5,
      amounts,
      'WITH sums AS (SELECT account_id, CAST(SUM(amount) AS DECIMAL(18,2)) AS amount FROM transactions GROUP BY account_id) SELECT a.account_id, b.amount FROM sums a JOIN sums b ON a.account_id = b.account_id',
    ],
    [
      'a column through nested queries',
      0.4,
      { x: 'string' },
      'SELECT x FROM (SELECT k AS x, c FROM (SELECT kind AS k, currency AS c FROM transactions) AS b) AS a GROUP BY x',
    ],
    [
      'a window',
      0.9,
      { sequence: 'bigint', net: 'decimal(38,2)' },
      'SELECT sequence, SUM(amount) OVER (PARTITION BY account_id ORDER BY sequence) AS net FROM transactions',
    ],
    [
      'a union',
      0.6,
      { x: 'bigint' },
      "SELECT account_id AS x FROM transactions WHERE kind = 'DEPOSIT' UNION ALL SELECT sequence FROM t WHERE currency = 'GBP'",
    ],
    [
      'extremes of two columns',
      0.5,
      { low: 'decimal(18,2)', high: 'timestamp' },
      'SELECT MIN(amount) AS low, MAX(occurred_at) AS high FROM transactions',
    ],
    ['names in other case', 0.3, { account_id: 'bigint' }, 'SELECT DISTINCT ACCOUNT_ID FROM Transactions'],
    [
      'a time',
      0.6,
      counts,
      "SELECT COUNT(DISTINCT account_id) AS n FROM transactions WHERE occurred_at >= CAST('2018-07-24 12:00:00' AS TIMESTAMP)",
    ],
    ['no row', 0.6, amounts, 'SELECT account_id, amount FROM transactions WHERE amount > 99999.00'],
    [
      'the rows themselves as values',
      1.1,
      { x: 'string' },
      'SELECT CAST(t AS VARCHAR) AS x FROM t WHERE sequence < 50',
    ],
    [
      'the first rows by one column',
      0.9,
      amounts,
      'SELECT account_id, amount FROM transactions ORDER BY amount, sequence LIMIT 20',
    ],
  ])('%s', async (_, most, output, statement) => {
    const { fetched, whole, readings, share } = await bothWays(output, statement);
    expect(fetched.fingerprint).toBe(whole.fingerprint);
    expect(fetched.rows).toBe(whole.rows);
    expect(share).toBeLessThanOrEqual(most);
    expect(readings.length).toBeLessThanOrEqual(2);
    // A miss would be made good over the whole part, and be seen here.
    if (most < 1) expect(readings.every((reading) => reading.ranges !== undefined)).toBe(true);
  });

  test('a star reads the part whole, held against its SHA-256', async () => {
    const { fetched, whole, readings } = await bothWays(columns, 'SELECT * FROM transactions');
    expect(fetched.fingerprint).toBe(whole.fingerprint);
    expect(readings.map((reading) => reading.ranges === undefined)).toEqual([false, true]);
  });

  test.each<readonly [string, Control<never>]>([
    ['the same total', sameTotal('transactions.amount', 'output.amount') as Control<never>],
    [
      'a filter on the output that no row of an empty table could pass',
      noRows(
        'known',
        sql`
      SELECT o.account_id, t.market_id FROM output o JOIN transactions t ON t.account_id = o.account_id
      WHERE o.amount > 99999999.00 AND t.kind = 'DEPOSIT'`,
      ),
    ],
    [
      'a condition with a query in it',
      everyRow(
        'known',
        sql`account_id IN (SELECT t.account_id FROM transactions t WHERE t.currency IS NOT NULL)`,
      ),
    ],
  ])('a control with columns of its own: %s', async (_, control) => {
    const statement =
      'SELECT account_id, CAST(SUM(amount) AS DECIMAL(18,2)) AS amount FROM transactions GROUP BY account_id';
    const { fetched, whole, readings, share } = await bothWays(amounts, statement, [control]);
    expect(fetched.controls).toEqual(whole.controls);
    expect(share).toBeLessThan(0.8);
    expect(readings.map((reading) => reading.ranges !== undefined)).toEqual([true, true]);
  });

  test('what a control that does not hold tells is the same', async () => {
    const broken = noRows(
      'none',
      sql`SELECT sequence, market_id, kind FROM transactions WHERE sequence = 77`,
    );
    const task = defineTask({
      name: 'broken',
      inputs: () => ({ transactions: transactions() }),
      output: table(counts),
      controls: [broken],
      job: sql`SELECT COUNT(*) AS n FROM transactions`,
    });
    const { target, readings, taken } = published;
    taken();
    const end = await projectOf([transactions, task], { target, runner: cachedRunner() }).end(task());
    expect(end).toMatchObject({
      kind: 'blocked',
      controls: [{ held: false, offenders: [{ sequence: '77', kind: 'COMMISSION' }] }],
    });
    expect(readings.map((reading) => reading.ranges !== undefined)).toEqual([true, true]);
  });
});
