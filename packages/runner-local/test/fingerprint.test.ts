import { createHash } from 'node:crypto';
import type { Columns, SqlText } from '@daybook/core';
import { defineTask, files, sql, table } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { arrowTable } from '../src/index.ts';
import { everyType, extremes, extremesSql, extremesText } from './every-type.ts';
import { projectOf } from './project.ts';

async function fingerprint(columns: Columns, job: SqlText): Promise<string> {
  const made = defineTask({ name: 'made', output: table(columns), job });
  const project = projectOf([made]);
  await project.run([made()]);
  return (await project.manifest(made())).fingerprint;
}

/** The fixture's golden digest. The fingerprint is a public format: this number never changes. */
const golden = 'fde3be293b1f0ce7dd17fee6e79d60dc97896ad704ab0e19ae58865840027f08';

test('the fingerprint of the fixture table is what it has always been', async () => {
  expect(await fingerprint(everyType, fixture())).toBe(golden);
});

test('the golden digest is what the definition of a fingerprint says, worked out without DuckDB', () => {
  const [modulus, sums] = [2n ** 64n, { high: 0n, low: 0n }];
  for (const row of extremesText) {
    const cells = Object.entries(everyType).map(([name, type]) =>
      canonicalText(type, row[name as keyof typeof row]),
    );
    const digest = createHash('md5').update(cells.join('')).digest('hex');
    sums.high += BigInt(`0x${digest.slice(0, 16)}`) % modulus;
    sums.low += BigInt(`0x${digest.slice(16)}`) % modulus;
  }
  const facts = `{"columns":${JSON.stringify(Object.entries(everyType))},"high":"${sums.high}","low":"${sums.low}","rows":"4"}`;
  expect(createHash('sha256').update(facts).digest('hex')).toBe(golden);
});

test('the library that wrote the file does not matter', async () => {
  const byCode = defineTask({
    name: 'by-code',
    output: table(everyType),
    job: { kind: 'code', version: '1', run: async () => arrowTable(everyType, extremes) },
  });
  const project = projectOf([byCode]);
  await project.run([byCode()]);
  expect((await project.manifest(byCode())).fingerprint).toBe(golden);
});

test('neither the order of rows nor that of the statement’s columns matters', async () => {
  const turned = sql`SELECT word, moment, flag, small, big, money, precise, born FROM (${fixture()}) ORDER BY big DESC`;
  expect(await fingerprint(everyType, turned)).toBe(golden);
});

describe('the fingerprint changes', () => {
  const columns = { a: 'string', b: 'string' } as const;
  const base = sql`SELECT 'x' AS a, 'y' AS b UNION ALL SELECT 'z', NULL`;

  test.each([
    ['with a value', columns, sql`SELECT 'x' AS a, 'Y' AS b UNION ALL SELECT 'z', NULL`],
    ['when a null becomes an empty text', columns, sql`SELECT 'x' AS a, 'y' AS b UNION ALL SELECT 'z', ''`],
    ['when a null becomes the text n', columns, sql`SELECT 'x' AS a, 'y' AS b UNION ALL SELECT 'z', 'n'`],
    ['when values move between rows', columns, sql`SELECT 'z' AS a, 'y' AS b UNION ALL SELECT 'x', NULL`],
    ['when values move between columns', columns, sql`SELECT 'y' AS a, 'x' AS b UNION ALL SELECT 'z', NULL`],
    [
      'when text moves over the border of columns',
      columns,
      sql`SELECT 'xv1:y' AS a, '' AS b UNION ALL SELECT 'z', NULL`,
    ],
    ['with a row more', columns, sql`${base} UNION ALL SELECT 'z', NULL`],
    ['with a row less', columns, sql`SELECT 'x' AS a, 'y' AS b`],
    ['with a column’s name', { a: 'string', c: 'string' }, sql`SELECT a, b AS c FROM (${base})`],
    ['with the order of columns', { b: 'string', a: 'string' }, base],
  ] as const)('%s', async (_, declared, job) => {
    expect(await fingerprint(declared, job)).not.toBe(await fingerprint(columns, base));
  });

  test.each([
    ['integer', 'bigint', sql`SELECT CAST(7 AS INTEGER) AS n`, sql`SELECT CAST(7 AS BIGINT) AS n`],
    ['bigint', 'string', sql`SELECT CAST(7 AS BIGINT) AS n`, sql`SELECT '7' AS n`],
    [
      'decimal(18,2)',
      'decimal(18,3)',
      sql`SELECT CAST(7 AS DECIMAL(18,2)) AS n`,
      sql`SELECT CAST(7 AS DECIMAL(18,3)) AS n`,
    ],
    [
      'decimal(18,2)',
      'decimal(20,2)',
      sql`SELECT CAST(7 AS DECIMAL(18,2)) AS n`,
      sql`SELECT CAST(7 AS DECIMAL(20,2)) AS n`,
    ],
    ['date', 'string', sql`SELECT DATE '2020-01-01' AS n`, sql`SELECT '2020-01-01' AS n`],
  ] as const)('with the type, from %s to %s', async (from, to, before, after) => {
    expect(await fingerprint({ n: to }, after)).not.toBe(await fingerprint({ n: from }, before));
  });

  test.each(Object.keys(everyType))('with any change of the column %s', async (name) => {
    const other = {
      flag: 'NOT flag',
      small: 'CAST(small // 2 AS INTEGER)',
      big: 'CAST(big // 2 AS BIGINT)',
      money: 'CAST(money // 2 AS DECIMAL(18,2))',
      precise: 'CAST(precise // 2 AS DECIMAL(38,9))',
      word: "word || ' '",
      born: 'CAST(born + INTERVAL 1 DAY AS DATE)',
      moment: 'moment + INTERVAL 1 MICROSECOND',
    }[name];
    const changed = `SELECT * REPLACE (CASE WHEN word = '' THEN ${String(other)} ELSE ${name} END AS ${name}) FROM (${extremesSql})`;
    const job = text(changed);
    expect(await fingerprint(everyType, job)).not.toBe(golden);
  });
});

test('the same rows and columns have the same fingerprint whatever the task is called', async () => {
  const other = defineTask({ name: 'other', output: table(everyType), job: fixture() });
  const project = projectOf([other]);
  await project.run([other()]);
  expect((await project.manifest(other())).fingerprint).toBe(golden);
});

test('an empty table has the fingerprint of its columns', async () => {
  const none = (type: 'integer' | 'bigint') =>
    fingerprint({ n: type }, sql`SELECT n FROM (SELECT ${1} AS n) WHERE FALSE`);
  const integers = await none('integer');
  expect(integers).toBe(await fingerprint({ n: 'integer' }, sql`SELECT CAST(2 AS INTEGER) AS n WHERE 1 = 2`));
  expect(integers).not.toBe(
    await fingerprint({ n: 'bigint' }, sql`SELECT CAST(2 AS BIGINT) AS n WHERE 1 = 2`),
  );
});

test('named files have a fingerprint of their names and contents, in any order of writing', async () => {
  const written = async (contents: readonly (readonly [string, string])[]): Promise<string> => {
    const made = defineTask({
      name: 'made',
      output: files(),
      job: {
        kind: 'code',
        version: '1',
        run: async ({ writeFile }) => {
          for (const [name, content] of contents) await writeFile(name, content);
        },
      },
    });
    const project = projectOf([made]);
    await project.run([made()]);
    return (await project.manifest(made())).fingerprint;
  };
  const base = await written([
    ['a.tsv', '1'],
    ['b/c.tsv', '2'],
  ]);
  expect(base).toBe('301127306efa5c98d04f03a967b8b3de1f15508c253d29d8618dae6819d06460');
  expect(
    await written([
      ['b/c.tsv', '2'],
      ['a.tsv', '1'],
    ]),
  ).toBe(base);
  expect(
    await written([
      ['a.tsv', '2'],
      ['b/c.tsv', '1'],
    ]),
  ).not.toBe(base);
  expect(
    await written([
      ['a.tsv', '1'],
      ['b/d.tsv', '2'],
    ]),
  ).not.toBe(base);
});

function canonicalText(type: string, value: string | null): string {
  if (value === null) return 'n';
  if (type === 'string') return `v${[...value].length}:${value}`;
  if (type !== 'timestamp') return `v${value}`;
  const fraction = BigInt(value.slice(20, 26));
  return `v${BigInt(Date.parse(`${value.slice(0, 19)}Z`)) * 1000n + fraction}`;
}

function fixture(): SqlText {
  return text(extremesSql);
}

function text(statement: string): SqlText {
  return sql([statement] as unknown as TemplateStringsArray);
}
