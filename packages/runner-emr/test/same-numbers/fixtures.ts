import type { Columns, SqlText } from '@daybook/core';
import { defineTask, sql, table } from '@daybook/core';

/** The columns of every table that the subset is tried on. */
export const columns = {
  id: 'bigint',
  a: 'integer',
  b: 'bigint',
  d: 'decimal(18,2)',
  w: 'decimal(24,6)',
  s: 'string',
  day: 'date',
  ts: 'timestamp',
  f: 'boolean',
} as const satisfies Columns;

/** Ordinary values, their doubles and nulls, in the corners where engines differ: nothing in a sum of two overflows. */
export const t = defineTask({
  name: 't',
  output: table(columns),
  job: rows(`
    (1, 1, 10, 1.50, 1.000001, 'tea', '2018-07-24', '2018-07-24 10:00:00+00', true),
    (2, -7, -70, -1.55, -2.5, '🍵 tea', '2018-03-25', '2018-03-25 01:00:00+00', false),
    (3, 0, 0, -0.00, -0.000000, '', '1969-12-31', '1969-12-31 23:59:59.999999+00', NULL),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, 13, NULL, 2.45, 0.5, 'café', '2020-02-29', '2018-10-28 00:59:59.999999+00', true),
    (6, 13, 130, 2.45, 0.5, 'café', '2020-02-29', '2018-10-28 00:59:59.999999+00', true),
    (7, 2147483, 4611686018427387, 99999999.99, -0.000001, 'Zoë_%', '2019-01-31', '2019-12-31 23:30:00+00', false),
    (8, -1, 1, -0.01, 3, 'it''s \\ "so"', '1900-03-01', '1582-10-15 00:00:00+00', NULL),
    (9, 5, 2, 0.05, 0.050000, 'tab' || chr(9) || 'line' || chr(10) || 'return' || chr(13), '2000-12-31', '2018-10-28 01:00:00.5+00', true),
    (10, 5, -2, -0.05, -0.05, 'cafe' || chr(769), '2018-10-28', '1970-01-01 00:00:00+00', false),
    (11, -13, 7, 0.95, 0.9999995, 'T' || chr(1114111), '1582-10-04', '0001-01-02 00:00:00.000001+00', NULL),
    (12, 1, 10, 1.50, 1.000001, 'tea', '2018-07-24', '2018-07-24 10:00:00+00', true)`),
});

/** Some of them again, and others. */
export const u = defineTask({
  name: 'u',
  output: table(columns),
  job: rows(`
    (1, 1, 10, 1.50, 1, 'tea', '2018-07-24', '2018-07-24 10:00:00+00', false),
    (2, 13, -1, 2.45, 0, 'café', '2020-02-29', '1969-12-31 00:00:00+00', true),
    (3, 13, -1, 2.45, 0, 'café', '2020-02-29', '1969-12-31 00:00:00+00', true),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, 99, 5, -0.01, -1, '', '1970-01-01', '2050-01-01 00:00:00+00', NULL)`),
});

/** The ends of every type. */
export const x = defineTask({
  name: 'x',
  output: table(columns),
  job: rows(`
    (1, -2147483648, -9223372036854775808, -9999999999999999.99, -999999999999999999.999999, '', '0001-01-01', '0001-01-01 00:00:00+00', true),
    (2, 2147483647, 9223372036854775807, 9999999999999999.99, 999999999999999999.999999, '🍵\\\\ ''q'' ' || chr(1114111), '9999-12-31', '9999-12-31 23:59:59.999999+00', false),
    (3, 0, 0, 0, 0, chr(1), '1970-01-01', '1970-01-01 00:00:00+00', NULL),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`),
});

/** No row. */
export const z = defineTask({
  name: 'z',
  output: table(columns),
  job: rows(`(1, 1, 1, 1, 1, '', '2018-01-01', '2018-01-01 00:00:00+00', true)`, 'WHERE FALSE'),
});

/** DuckDB's own SQL for rows of these columns. */
function rows(values: string, where = ''): SqlText {
  const types = [
    'BIGINT',
    'INTEGER',
    'BIGINT',
    'DECIMAL(18,2)',
    'DECIMAL(24,6)',
    'VARCHAR',
    'DATE',
    'TIMESTAMPTZ',
    'BOOLEAN',
  ];
  const cells = Object.keys(columns).map((name, index) => `CAST(${name} AS ${types[index]}) AS ${name}`);
  return text(
    `SELECT ${cells.join(', ')} FROM (VALUES ${values}) AS v(${Object.keys(columns).join(', ')}) ${where}`,
  );
}

/** A statement as it is written. */
export function text(statement: string): SqlText {
  return sql([statement] as unknown as TemplateStringsArray);
}
