import { describe, expect, test } from 'vitest';
import { boolean, choice, day, integer, month, optional, text } from '../src/param.ts';
import type { SqlText } from '../src/sql/statement.ts';
import { isSqlText, param, paramsOf, renderSql, sql, sqlTemplate } from '../src/sql/statement.ts';
import { quoteName, quoteText } from '../src/sql/dialect.ts';
import { sqlType, valueText } from '../src/sql/columns.ts';
import { thrownBy } from './text-table.ts';

const inDuckdb = (statement: SqlText): string => renderSql(statement, {}, {}, 'duckdb');
const inSpark = (statement: SqlText): string => renderSql(statement, {}, {}, 'spark');

describe('what is put into a statement', () => {
  const puts: readonly (readonly [string, SqlText, string])[] = [
    ['a number is one', sql`x = ${42}`, 'x = 42'],
    ['a negative number keeps its sign', sql`x = ${-42}`, 'x = -42'],
    ['a negative number after a minus begins no comment', sql`x -${-42} -${sql`-${1}`}`, 'x - -42 - -1'],
    ['a bigint is exact', sql`x = ${9_223_372_036_854_775_807n}`, 'x = 9223372036854775807'],
    ['a boolean is one', sql`x = ${true}`, 'x = true'],
    ['a text is quoted', sql`x = ${'stake'}`, "x = 'stake'"],
    ['a quote in a text is doubled', sql`x = ${"o'b"}`, "x = 'o''b'"],
    ['what looks like SQL stays text', sql`x = ${"'; DROP TABLE x; --"}`, "x = '''; DROP TABLE x; --'"],
    ['an empty text is one', sql`x = ${''}`, "x = ''"],
    ['a list is parted by commas', sql`x IN (${[1, 2n, 3]})`, 'x IN (1, 2, 3)'],
    ['a list of texts is quoted', sql`x IN (${['a', "b'"]})`, "x IN ('a', 'b''')"],
    ['a list of one has no comma', sql`x IN (${['a']})`, "x IN ('a')"],
    ['an empty list is NULL', sql`x IN (${[]})`, 'x IN (NULL)'],
    ['another statement is part of it', sql`SELECT ${sql`a + ${1}`} FROM t`, 'SELECT a + 1 FROM t'],
    ['nothing put in is the text itself', sql`SELECT 1`, 'SELECT 1'],
    ['at both ends it is in its place', sql`${1}, ${2}`, '1, 2'],
  ];
  test.each(puts)('%s', (_name, statement, rendered) => {
    expect(inDuckdb(statement)).toBe(rendered);
    expect(sqlTemplate(statement)).toBe(rendered);
  });

  test('is quoted as its engine reads it: only Spark sees escapes in backslashes', () => {
    const statement = sql`x = ${String.raw`a\n'b`}`;
    expect(inDuckdb(statement)).toBe(String.raw`x = 'a\n''b'`);
    expect(inSpark(statement)).toBe(String.raw`x = 'a\\n\'b'`);
    expect(quoteText(String.raw`\'`, 'spark')).toBe(String.raw`'\\\''`);
    expect([quoteName('a"b', 'duckdb'), quoteName('a`b', 'spark'), quoteName('a"b', 'spark')]).toEqual([
      '"a""b"',
      '`a``b`',
      '`a"b`',
    ]);
  });

  test.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY, {}, [1, undefined]])(
    'is refused where it is nothing that SQL could say: %s',
    (value) => {
      expect(thrownBy(() => sql`SELECT 1 WHERE x = ${value as never}`)).toMatch(
        /^definition-invalid: A statement is given .* after "SELECT 1 WHERE x =": put in a text, a number/,
      );
    },
  );

  test('keeps the statement told from other values', () => {
    expect([isSqlText(sql`x`), isSqlText({ kind: 'code' }), isSqlText('x'), isSqlText(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('a parameter in a statement', () => {
  const params = {
    date: day,
    of: month,
    label: text,
    count: integer,
    all: boolean,
    kind: choice('stake'),
    rest: optional(text),
  };
  const values = { date: '2018-07-24', of: '2018-07', label: "o'b", count: -1, all: false, kind: 'stake' };
  const statement = sql`${param('date')} ${param('of')} ${param('label')} ${param('count')} ${param('all')} ${param('kind')} ${param('rest')}`;

  test('is named in the template that is digested, so that it is the same for all days', () => {
    expect(sqlTemplate(statement)).toBe('{date} {of} {label} {count} {all} {kind} {rest}');
  });

  test('is a literal of its kind in the statement that is run, and NULL where it is left out', () => {
    expect(renderSql(statement, params, values, 'duckdb')).toBe(
      "DATE '2018-07-24' '2018-07' 'o''b' -1 false 'stake' NULL",
    );
    expect(renderSql(statement, params, values, 'spark')).toBe(
      String.raw`DATE '2018-07-24' '2018-07' 'o\'b' -1 false 'stake' NULL`,
    );
  });

  test('is told by name', () => {
    expect(paramsOf(sql`${param('a')} ${1} ${sql`${param('b')}`}`)).toEqual(['a', 'b']);
  });

  test('that the task does not have is a bug that names it', () => {
    expect(() => renderSql(sql`${param('dat')}`, params, values, 'duckdb')).toThrow(
      'The statement uses the parameter "dat", which its task does not have.',
    );
  });
});

describe('a column', () => {
  test('has a type in the SQL of each engine', () => {
    const types = ['boolean', 'integer', 'bigint', 'decimal(18,2)', 'string', 'date', 'timestamp'] as const;
    expect(types.map((type) => sqlType(type, 'duckdb')).join(' ')).toBe(
      'BOOLEAN INTEGER BIGINT DECIMAL(18,2) VARCHAR DATE TIMESTAMPTZ',
    );
    expect(types.map((type) => sqlType(type, 'spark')).join(' ')).toBe(
      'BOOLEAN INTEGER BIGINT DECIMAL(18,2) STRING DATE TIMESTAMP',
    );
  });

  test('is shown as text', () => {
    expect(valueText('kind', 'string', 'duckdb')).toBe('"kind"');
    expect(valueText('net', 'decimal(18,2)', 'spark')).toBe('CAST(`net` AS STRING)');
    expect(valueText('at', 'timestamp', 'duckdb')).toBe(
      `strftime("at" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`,
    );
    expect(valueText('at', 'timestamp', 'spark')).toBe(
      "date_format(`at`, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'\")",
    );
  });
});
