import type { Columns } from '@daybook/core';
import { defineTask, integer, listOf, sql, table } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { projectOf } from './project.ts';
import { publishFile } from './published-file.ts';
import type { CountedTarget } from './transactions-part.ts';
import { cachedRunner, countedTarget, linesOf } from './transactions-part.ts';

describe('parts as others write them', () => {
  const rows = `SELECT n AS id, CAST(n % 10 AS VARCHAR) || 'x' AS kind, hash(n) % 100000 AS filler, hash(n * 7) AS more,
    {'kind': n, 'deep': [hash(n + 1)]} AS nested FROM range(300000) numbers(n)`;
  const odd = defineTask({
    name: 'odd',
    output: table({ id: 'bigint', kind: 'string', filler: 'bigint' }),
    job: sql`SELECT 1`,
  });
  const over = (name: string, output: Columns, statement: string) =>
    defineTask({
      name: 'over',
      inputs: () => ({ [name]: odd() }),
      output: table(output),
      job: sql([statement] as unknown as TemplateStringsArray),
    });

  async function madeOf(counted: CountedTarget, task: ReturnType<typeof over>) {
    const project = projectOf([odd, task as ReturnType<typeof over>], {
      target: counted.target,
      runner: cachedRunner(),
    });
    counted.taken();
    const end = await project.end((task as ReturnType<typeof over>)());
    expect(end).toMatchObject({ kind: 'published' });
    // Nothing was made good over the whole part.
    expect(counted.readings.map((reading) => reading.ranges !== undefined)).toEqual([true, true]);
    return await linesOf(project, task());
  }

  test('columns are found in whatever case the file has them, and beside nested ones', async () => {
    const counted = countedTarget();
    await publishFile(
      counted.target,
      odd(),
      `SELECT id AS "ID", kind AS "Kind", filler, more, nested FROM (${rows})`,
    );
    const task = over(
      'rows_in',
      { n: 'bigint' },
      "SELECT CAST(SUM(id) AS BIGINT) AS n FROM rows_in WHERE kind = '3x'",
    );
    expect(await madeOf(counted, task)).toEqual(['4499940000']);
  });

  test('a column may be named like its table', async () => {
    const counted = countedTarget();
    await publishFile(counted.target, odd(), rows);
    const task = over(
      'kind',
      { kind: 'string' },
      "SELECT kind.kind FROM kind WHERE kind = '3x' GROUP BY kind.kind",
    );
    expect(await madeOf(counted, task)).toEqual(['3x']);
  });

  test('the bloom filters of the columns that are needed come with them', async () => {
    const counted = countedTarget();
    const sparse = `SELECT n AS id, CAST(hash(n % 500 + n // 20000 * 500) AS VARCHAR) AS kind, hash(n) AS filler FROM range(300000) numbers(n)`;
    await publishFile(
      counted.target,
      odd(),
      sparse,
      'COMPRESSION zstd, ROW_GROUP_SIZE 20000, DICTIONARY_SIZE_LIMIT 20000',
    );
    const [part] = counted.memory.files();
    expect(part).toBeDefined();
    const task = over(
      'rows_in',
      { n: 'bigint' },
      'SELECT COUNT(*) AS n FROM rows_in WHERE kind = CAST(hash(CAST(3700 AS BIGINT)) AS VARCHAR)',
    );
    expect(await madeOf(counted, task)).toEqual(['40']);
  });
});

test('of a list of parts each is read for its columns, and those that are small whole', async () => {
  const counted = countedTarget();
  const daily = defineTask({
    name: 'daily',
    params: { day: integer },
    output: table({ id: 'bigint', amount: 'bigint', filler: 'bigint' }),
    job: sql`SELECT 1`,
  });
  for (const [day, rows] of [
    [1, 200_000],
    [2, 10],
    [3, 250_000],
  ] as const)
    await publishFile(
      counted.target,
      daily({ day }),
      `SELECT n AS id, CAST(n % 1000 AS BIGINT) AS amount, CAST(hash(n) % 1000000000000 AS BIGINT) AS filler FROM range(${rows}) numbers(n)`,
    );
  const summed = defineTask({
    name: 'summed',
    inputs: () => ({ days: listOf(daily, [{ day: 1 }, { day: 2 }, { day: 3 }]) }),
    output: table({ day: 'bigint', net: 'bigint' }),
    job: sql`SELECT day, CAST(SUM(amount) AS BIGINT) AS net FROM days GROUP BY day`,
  });
  const project = projectOf([daily, summed], { target: counted.target, runner: cachedRunner() });
  counted.taken();
  expect(await project.end(summed())).toMatchObject({ kind: 'published' });
  const ways = Map.groupBy(counted.readings, (reading) => reading.part.split('/')[2]);
  expect(
    [...ways].map(([day, reads]) => [day, reads.map((read) => read.ranges !== undefined)]).toSorted(),
  ).toEqual([
    ['day=1', [true, true]],
    ['day=2', [false]],
    ['day=3', [true, true]],
  ]);
  expect(await linesOf(project, summed())).toEqual(['1\t99900000', '2\t45', '3\t124875000']);
});
