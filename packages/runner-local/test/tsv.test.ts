import { defineTask, files, sql, table } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { everyType, extremesSql } from './every-type.ts';
import { fileText, projectOf } from './project.ts';

const statement = (text: string) => sql([text] as unknown as TemplateStringsArray);

/** The TSV that a code job gets of these rows. */
async function tsv(
  columns: Parameters<typeof table>[0],
  rows: string,
  options: {
    readonly orderBy?: readonly string[];
    readonly columns?: readonly string[];
    readonly declared?: readonly string[];
  } = {},
): Promise<string> {
  const { declared, ...asked } = options;
  const made = defineTask({
    name: 'made',
    output: table(columns, declared === undefined ? {} : { orderBy: declared }),
    job: statement(rows),
  });
  const lines = defineTask({
    name: 'lines',
    inputs: () => ({ made: made() }),
    output: files(),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ inputs, writeFile }) => await writeFile('x.tsv', inputs.made.tsv(asked)),
    },
  });
  const project = projectOf([made, lines]);
  expect((await project.run([lines()])).outcome).toBe('ok');
  return await fileText(project, lines(), 'x.tsv');
}

test('values of every type are lines of text: nulls empty, decimals at their scale, escapes, instants in UTC', async () => {
  expect(await tsv(everyType, extremesSql, { orderBy: ['big'] })).toBe(
    [
      'flag\tsmall\tbig\tmoney\tprecise\tword\tborn\tmoment',
      '\t\t\t\t\t\t\t',
      'true\t-2147483648\t-9223372036854775808\t-9999999999999999.99\t-99999999999999999999999999999.999999999\t\t0001-01-01\t0001-01-01T00:00:00.000000Z',
      'false\t0\t0\t-0.01\t0.000000001\tbefore 1970\t1969-12-31\t1969-12-31T23:59:59.999999Z',
      'false\t2147483647\t9223372036854775807\t9999999999999999.99\t99999999999999999999999999999.999999999\t' +
        '🍵 tab\\t line\\n return\\r back\\\\slash "quotes" \'single\' é \u{10ffff}\t9999-12-31\t9999-12-31T23:59:59.999999Z',
      '',
    ].join('\n'),
  );
});

test('amounts have their decimals, a point, and never a minus before zero', async () => {
  const rows = `SELECT CAST(n AS DECIMAL(18,2)) AS n FROM (VALUES ('0'), ('-0.00'), ('0.1'), ('1000000'), ('-0.004')) t(n)`;
  expect(await tsv({ n: 'decimal(18,2)' }, rows)).toBe('n\n0.00\n0.00\n0.00\n0.10\n1000000.00\n');
});

test('an empty table is its header', async () => {
  expect(await tsv(everyType, `SELECT * FROM (${extremesSql}) WHERE FALSE`)).toBe(
    'flag\tsmall\tbig\tmoney\tprecise\tword\tborn\tmoment\n',
  );
});

describe('rows are in order', () => {
  const words = [
    '',
    'Z',
    'a',
    'É',
    'z',
    'é',
    'ä',
    'A',
    '\uffee',
    '🍵',
    '\u{10ffff}',
    'aa',
    'a b',
    'á',
    '10',
    '9',
    '~',
  ];
  const rows = `SELECT w AS word, CAST(row_number() OVER () AS BIGINT) AS n FROM (VALUES ${words.map((word) => `('${word}')`).join(', ')}, (NULL)) t(w)`;

  test('of code points for text, nulls first', async () => {
    const byCodePoint = words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const lines = (await tsv({ word: 'string', n: 'bigint' }, rows, { columns: ['word'] })).split('\n');
    expect(lines).toEqual(['word', '', ...byCodePoint, '']);
  });

  test('of value for numbers, dates and instants', async () => {
    const numbers = `SELECT CAST(n AS BIGINT) AS n FROM (VALUES (10), (9), (-1), (-10)) t(n)`;
    expect(await tsv({ n: 'bigint' }, numbers)).toBe('n\n-10\n-1\n9\n10\n');
  });

  test('as declared, or else as asked for, even by columns that are not shown', async () => {
    const pairs = `SELECT a, b FROM (VALUES ('x', 2), ('y', 1), ('x', 1)) t(a, b)`;
    const columns = { a: 'string', b: 'integer' } as const;
    expect(await tsv(columns, pairs)).toBe('a\tb\nx\t1\nx\t2\ny\t1\n');
    expect(await tsv(columns, pairs, { declared: ['b', 'a'] })).toBe('a\tb\nx\t1\ny\t1\nx\t2\n');
    expect(await tsv(columns, pairs, { orderBy: ['b', 'a'], columns: ['a'] })).toBe('a\nx\ny\nx\n');
    expect(await tsv(columns, pairs, { columns: ['b', 'a'] })).toBe('b\ta\n1\tx\n2\tx\n1\ty\n');
  });

  test('by a column that is called `line` too', async () => {
    const numbered = `SELECT CAST(n AS BIGINT) AS line, 'x' || n AS word FROM (VALUES (10), (9), (100)) t(n)`;
    expect(await tsv({ line: 'bigint', word: 'string' }, numbered)).toBe(
      'line\tword\n9\tx9\n10\tx10\n100\tx100\n',
    );
  });

  test('however many there are', async () => {
    const text = await tsv(
      { n: 'bigint' },
      `SELECT CAST((i * 7919) % 200000 AS BIGINT) AS n FROM range(200000) t(i)`,
    );
    const lines = text.trimEnd().split('\n').slice(1);
    expect(lines.length).toBe(200_000);
    expect(lines.every((line, index) => line === String(index))).toBe(true);
  });
});
