import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neededColumns } from '../src/needed-columns.ts';
import { query } from './project.ts';

const names = ['sequence', 'account_id', 'kind', 'amount', 'occurred_at'];

const folder = mkdtempSync(join(tmpdir(), 'runner-local-test-'));
const file = join(folder, 'rows.parquet');

beforeAll(async () => {
  await query(`COPY (
    SELECT n AS sequence, n % 100 AS account_id, 'a' || n % 7 AS kind, CAST(n AS DECIMAL(18,2)) AS amount,
      make_timestamptz(n) AS occurred_at FROM range(10000) numbers(n)) TO '${file}' (FORMAT parquet)`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is said to be needed for a statement, by DuckDB's own plan of it over a Parquet file. */
async function needed(statement: string, files = [file]): Promise<readonly string[] | undefined> {
  await query(`CREATE OR REPLACE TEMP VIEW rows_in AS SELECT sequence, account_id, kind, amount, occurred_at
    FROM read_parquet(['${files.join("', '")}'], hive_partitioning = false)`);
  const plan = String((await query(`EXPLAIN (FORMAT json) ${statement}`))[0]?.['explain_value']);
  return neededColumns([{ statement, plan }], names);
}

test.each([
  ['SELECT sequence FROM rows_in', 'sequence'],
  ["SELECT sequence FROM rows_in WHERE kind = 'a1'", 'sequence kind'],
  ['SELECT count(*) AS n FROM rows_in', ''],
  ["SELECT count(*) AS n FROM rows_in WHERE kind LIKE '%1'", 'kind'],
  ['SELECT max(amount) AS n FROM rows_in', ''],
  ['SELECT sequence FROM rows_in WHERE amount IS NOT NULL', 'sequence amount'],
  ['SELECT sequence FROM rows_in WHERE amount < 0', ''],
  ['SELECT rows_in FROM rows_in', 'sequence account_id kind amount occurred_at'],
  ['SELECT * EXCLUDE (kind) FROM rows_in', 'sequence account_id kind amount occurred_at'],
  ['SELECT Amount FROM Rows_In r ORDER BY OCCURRED_AT LIMIT 3', 'amount occurred_at'],
  ['SELECT a.kind FROM rows_in a JOIN rows_in b USING (sequence)', 'sequence kind'],
  [
    'SELECT count(*) AS n FROM rows_in a NATURAL JOIN rows_in b',
    'sequence account_id kind amount occurred_at',
  ],
  ['SELECT x FROM (SELECT kind AS x, amount + 1 AS y FROM rows_in) AS r', 'kind amount'],
  [
    'WITH r AS MATERIALIZED (SELECT * FROM rows_in) SELECT kind FROM r WHERE account_id > 5',
    'account_id kind',
  ],
  [
    'WITH RECURSIVE r AS (SELECT sequence AS s FROM rows_in WHERE sequence = 1 UNION ALL SELECT b.account_id FROM r JOIN rows_in b ON b.sequence = r.s + 1 WHERE s < 4) SELECT s FROM r',
    'sequence account_id',
  ],
  [
    'SELECT sequence FROM rows_in a WHERE amount = (SELECT max(b.amount) FROM rows_in b WHERE b.account_id = a.account_id)',
    'sequence account_id amount',
  ],
  ['SELECT sequence FROM rows_in INTERSECT SELECT account_id FROM rows_in', 'sequence account_id'],
  ['SELECT lag(amount) OVER (PARTITION BY kind ORDER BY sequence) AS x FROM rows_in', 'sequence kind amount'],
])('%s needs: %s', async (statement, expected) => {
  expect(await needed(statement)).toEqual(names.filter((name) => expected.split(' ').includes(name)));
});

test('over several files statistics answer less', async () => {
  expect(await needed('SELECT max(amount) AS n FROM rows_in', [file, file])).toEqual(['amount']);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'READ_PARQUET'],
  ['no nodes', '[]'],
  ['a node without children', '[{"name":"READ_PARQUET","extra_info":{}}]'],
  ['a scan that does not say what it gives on', '[{"name":"READ_PARQUET","children":[],"extra_info":{}}]'],
])('of a plan that is %s any column is needed', (_, plan) => {
  expect(neededColumns([{ statement: 'SELECT 1', plan }], names)).toBeUndefined();
});

test('a column whose name is no word is always needed', () => {
  const plan = '[{"name":"PARQUET_SCAN","children":[],"extra_info":{"Projections":""}}]';
  expect(neededColumns([{ statement: 'SELECT 1', plan }], ['a b', 'c'])).toEqual(['a b']);
});
