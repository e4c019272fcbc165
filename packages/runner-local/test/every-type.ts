import type { PlainRow } from '../src/index.ts';

/** A column of every type. */
export const everyType = {
  flag: 'boolean',
  small: 'integer',
  big: 'bigint',
  money: 'decimal(18,2)',
  precise: 'decimal(38,9)',
  word: 'string',
  born: 'date',
  moment: 'timestamp',
} as const;

/** Rows that reach the ends of every type: as `arrowTable` takes them. */
export const extremes: readonly PlainRow[] = [
  {
    flag: true,
    small: -2147483648,
    big: -9223372036854775808n,
    money: -999999999999999999n,
    precise: -99999999999999999999999999999999999999n,
    word: '',
    born: '0001-01-01',
    moment: -62135596800000000n,
  },
  {
    flag: false,
    small: 2147483647,
    big: 9223372036854775807n,
    money: 999999999999999999n,
    precise: 99999999999999999999999999999999999999n,
    word: '🍵 tab\t line\n return\r back\\slash "quotes" \'single\' é \u{10ffff}',
    born: '9999-12-31',
    moment: 253402300799999999n,
  },
  {
    flag: false,
    small: 0,
    big: 0n,
    money: -1n,
    precise: 1n,
    word: 'before 1970',
    born: '1969-12-31',
    moment: -1n,
  },
  { flag: null, small: null, big: null, money: null, precise: null, word: null, born: null, moment: null },
];

/** The same rows as a SELECT. */
export const extremesSql = `
  SELECT true AS flag, CAST(-2147483648 AS INTEGER) AS small, CAST('-9223372036854775808' AS BIGINT) AS big,
    CAST('-9999999999999999.99' AS DECIMAL(18,2)) AS money,
    CAST('-99999999999999999999999999999.999999999' AS DECIMAL(38,9)) AS precise,
    '' AS word, DATE '0001-01-01' AS born, TIMESTAMPTZ '0001-01-01 00:00:00+00' AS moment
  UNION ALL SELECT false, 2147483647, 9223372036854775807, CAST('9999999999999999.99' AS DECIMAL(18,2)),
    CAST('99999999999999999999999999999.999999999' AS DECIMAL(38,9)),
    '🍵 tab' || chr(9) || ' line' || chr(10) || ' return' || chr(13) || ' back\\slash "quotes" ''single'' é ' || chr(1114111),
    DATE '9999-12-31', TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'
  UNION ALL SELECT false, 0, 0, CAST('-0.01' AS DECIMAL(18,2)), CAST('0.000000001' AS DECIMAL(38,9)), 'before 1970',
    DATE '1969-12-31', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'
  UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`;

/** The same rows as text, in the order in which DuckDB sorts them. */
export const extremesText = [
  {
    flag: 'false',
    small: '0',
    big: '0',
    money: '-0.01',
    precise: '0.000000001',
    word: 'before 1970',
    born: '1969-12-31',
    moment: '1969-12-31T23:59:59.999999Z',
  },
  {
    flag: 'false',
    small: '2147483647',
    big: '9223372036854775807',
    money: '9999999999999999.99',
    precise: '99999999999999999999999999999.999999999',
    word: '🍵 tab\t line\n return\r back\\slash "quotes" \'single\' é \u{10ffff}',
    born: '9999-12-31',
    moment: '9999-12-31T23:59:59.999999Z',
  },
  {
    flag: 'true',
    small: '-2147483648',
    big: '-9223372036854775808',
    money: '-9999999999999999.99',
    precise: '-99999999999999999999999999999.999999999',
    word: '',
    born: '0001-01-01',
    moment: '0001-01-01T00:00:00.000000Z',
  },
  { flag: null, small: null, big: null, money: null, precise: null, word: null, born: null, moment: null },
];

/** SQL that shows each column of `everyType` as the text above. */
export const everyTypeAsText = `CAST(flag AS VARCHAR) AS flag, CAST(small AS VARCHAR) AS small, CAST(big AS VARCHAR) AS big,
  CAST(money AS VARCHAR) AS money, CAST(precise AS VARCHAR) AS precise, word, CAST(born AS VARCHAR) AS born,
  strftime(moment AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS moment`;
