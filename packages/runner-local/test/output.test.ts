import type { CodeJob, Columns, SqlText } from '@daybook/core';
import { defineTask, sql, table } from '@daybook/core';
import * as arrow from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { arrowTable } from '../src/index.ts';
import { projectOf } from './project.ts';

/** How a job with these declared columns ends: `published`, or the message of its `output-invalid`. */
async function endOf(columns: Columns, job: SqlText | CodeJob): Promise<string> {
  const made = defineTask({ name: 'made', output: table(columns), job });
  const project = projectOf([made]);
  const end = await project.end(made());
  if (end.kind !== 'failed') return end.kind;
  expect(end).toMatchObject({ fault: 'task', error: { code: 'output-invalid' } });
  await expect(project.manifest(made())).rejects.toThrow('is not published');
  return end.error.message;
}

function code(make: () => unknown): CodeJob {
  return { kind: 'code', version: '1', run: async () => make() as arrow.Table };
}

describe('the output of a SQL job', () => {
  test.each([
    ['bigint', sql`SELECT 1 AS n`, 'n is INTEGER and is declared BIGINT; write CAST(… AS BIGINT) AS n'],
    ['integer', sql`SELECT COUNT(*) AS n`, 'n is BIGINT and is declared INTEGER'],
    [
      'bigint',
      sql`SELECT SUM(i) AS n FROM (SELECT CAST(1 AS BIGINT) AS i)`,
      'n is HUGEINT and is declared BIGINT',
    ],
    ['decimal(18,2)', sql`SELECT CAST(1 AS DOUBLE) AS n`, 'n is DOUBLE and is declared DECIMAL(18,2)'],
    [
      'decimal(18,2)',
      sql`SELECT CAST(1 AS DECIMAL(18,3)) AS n`,
      'n is DECIMAL(18,3) and is declared DECIMAL(18,2)',
    ],
    [
      'decimal(18,2)',
      sql`SELECT CAST(1 AS DECIMAL(38,2)) AS n`,
      'n is DECIMAL(38,2) and is declared DECIMAL(18,2)',
    ],
    [
      'timestamp',
      sql`SELECT TIMESTAMP '2020-01-01 00:00:00' AS n`,
      'n is TIMESTAMP and is declared TIMESTAMPTZ',
    ],
    ['timestamp', sql`SELECT DATE '2020-01-01' AS n`, 'n is DATE and is declared TIMESTAMPTZ'],
    ['date', sql`SELECT '2020-01-01' AS n`, 'n is VARCHAR and is declared DATE'],
    ['string', sql`SELECT 1 AS n`, 'n is INTEGER and is declared VARCHAR'],
    ['boolean', sql`SELECT 1 AS n`, 'n is INTEGER and is declared BOOLEAN'],
    ['string', sql`SELECT [1] AS n`, 'n is INTEGER[] and is declared VARCHAR'],
  ] as const)('declared %s is refused by name, found and declared type (%#)', async (type, job, message) => {
    expect(await endOf({ n: type }, job)).toContain(message);
  });

  test('with a column missing, one too many, one twice or one in other letters is refused', async () => {
    const columns = { a: 'integer', b: 'integer' } as const;
    expect(await endOf(columns, sql`SELECT 1 AS a`)).toContain('b is missing');
    expect(await endOf(columns, sql`SELECT 1 AS a, 2 AS b, 3 AS c`)).toContain('c is not declared');
    expect(await endOf(columns, sql`SELECT 1 AS a, 2 AS b, 3 AS a`)).toContain('a is there twice');
    expect(await endOf(columns, sql`SELECT 1 AS a, 2 AS B`)).toContain('b is missing; B is not declared');
  });

  test('names everything that is wrong at once', async () => {
    const message = await endOf(
      { a: 'integer', b: 'bigint', c: 'date' },
      sql`SELECT 1 AS d, 2 AS b, 'x' AS a`,
    );
    for (const wrong of ['a is VARCHAR', 'b is INTEGER', 'c is missing', 'd is not declared'])
      expect(message).toContain(wrong);
  });

  test('may have its columns in any order, and is stored in the declared one', async () => {
    const made = defineTask({
      name: 'made',
      output: table({ a: 'integer', b: 'string' }),
      job: sql`SELECT 'x' AS b, 1 AS a`,
    });
    const project = projectOf([made]);
    await project.run([made()]);
    expect(Object.keys((await project.rows(made()))[0] ?? {})).toEqual(['a', 'b']);
  });

  test('of a statement that fails is the fault of its task, with what DuckDB says', async () => {
    const made = defineTask({
      name: 'made',
      output: table({ n: 'integer' }),
      job: sql`SELECT CAST('x' AS INTEGER) AS n`,
    });
    const wrong = defineTask({
      name: 'wrong',
      output: table({ n: 'integer' }),
      job: sql`SELECT nothing AS n`,
    });
    const project = projectOf([made, wrong]);
    for (const task of [made(), wrong()])
      expect(await project.end(task)).toMatchObject({
        kind: 'failed',
        fault: 'task',
        error: {
          code: 'sql-failed',
          message: expect.stringContaining(`The SQL of ${task.id} failed: `) as string,
        },
      });
  });
});

describe('the output of a code job', () => {
  test.each([
    ['bigint', new arrow.Int32(), 1, 'n is INTEGER and is declared BIGINT'],
    ['integer', new arrow.Int64(), 1n, 'n is BIGINT and is declared INTEGER'],
    ['bigint', new arrow.Uint64(), 1n, 'n is UBIGINT and is declared BIGINT'],
    ['decimal(18,2)', new arrow.Float64(), 1.5, 'n is DOUBLE and is declared DECIMAL(18,2)'],
    ['timestamp', new arrow.TimestampMicrosecond(), 1, 'n is TIMESTAMP and is declared TIMESTAMPTZ'],
    ['date', new arrow.Utf8(), '2020-01-01', 'n is VARCHAR and is declared DATE'],
    ['string', new arrow.Bool(), true, 'n is BOOLEAN and is declared VARCHAR'],
  ] as const)(
    'declared %s is refused by name, found and declared type (%#)',
    async (type, made, value, message) => {
      const job = code(
        () => new arrow.Table({ n: arrow.vectorFromArray([value] as never[], made as never) }),
      );
      expect(await endOf({ n: type }, job)).toContain(message);
    },
  );

  test('with a decimal of another scale is refused', async () => {
    const job = code(() => arrowTable({ n: 'decimal(18,3)' }, [{ n: 1 }]));
    expect(await endOf({ n: 'decimal(18,2)' }, job)).toContain(
      'n is DECIMAL(18,3) and is declared DECIMAL(18,2)',
    );
  });

  test('with a column missing or one too many is refused, and so is no table', async () => {
    const job = code(() => arrowTable({ a: 'integer', c: 'integer' }, [{ a: 1, c: 2 }]));
    expect(await endOf({ a: 'integer', b: 'integer' }, job)).toContain('b is missing; c is not declared');
    expect(
      await endOf(
        { a: 'integer' },
        code(() => undefined),
      ),
    ).toContain('returned nothing');
  });

  test('may be text that Arrow keeps in a dictionary', async () => {
    const made = defineTask({
      name: 'made',
      output: table({ word: 'string' }),
      job: code(() => new arrow.Table({ word: arrow.vectorFromArray(['tea', null, 'tea', '🍵']) })),
    });
    const copy = defineTask({
      name: 'copy',
      inputs: () => ({ made: made() }),
      output: table({ word: 'string' }),
      job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.made.table(['word']) },
    });
    const project = projectOf([made, copy]);
    expect((await project.run([copy()])).outcome).toBe('ok');
    const words = ['tea', 'tea', '🍵', null].map((word) => ({ word }));
    for (const task of [made(), copy()]) expect(await project.rows(task)).toEqual(words);
  });

  test('may come from a record batch stream of the input, renamed and filtered', async () => {
    const made = defineTask({
      name: 'made',
      output: table({ n: 'bigint' }),
      job: sql`SELECT i AS n FROM range(300000) t(i)`,
    });
    const even = defineTask({
      name: 'even',
      inputs: () => ({ made: made() }),
      output: table({ sum: 'bigint', batches: 'boolean' }),
      job: {
        kind: 'code',
        version: '1',
        run: async ({ inputs }) => {
          let [sum, batches] = [0n, 0];
          for await (const batch of inputs.made.batches()) {
            batches += 1;
            for (const n of batch.getChild('n') ?? []) sum += n as bigint;
          }
          return arrowTable({ sum: 'bigint', batches: 'boolean' }, [{ sum, batches: batches > 1 }]);
        },
      },
    });
    const project = projectOf([made, even]);
    expect((await project.run([even()])).outcome).toBe('ok');
    expect(await project.rows(even())).toEqual([{ sum: '44999850000', batches: true }]);
  });

  test('of a function that throws is the fault of its task, with what it said', async () => {
    const made = defineTask({
      name: 'made',
      output: table({ n: 'integer' }),
      job: code(() => {
        throw new Error('not in the mood');
      }),
    });
    expect(await projectOf([made]).end(made())).toMatchObject({
      kind: 'failed',
      fault: 'task',
      error: { code: 'job-failed', message: 'not in the mood' },
    });
  });

  test('of a function that asks for a column that its input has not names the columns there are', async () => {
    const made = defineTask({ name: 'made', output: table({ n: 'integer' }), job: sql`SELECT 1 AS n` });
    const copy = defineTask({
      name: 'copy',
      inputs: () => ({ made: made() }),
      output: table({ n: 'integer' }),
      job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.made.table(['m' as 'n']) },
    });
    expect(await projectOf([made, copy]).end(copy())).toMatchObject({
      error: { code: 'job-failed', message: 'The input made has no column "m": it has n.' },
    });
  });
});
