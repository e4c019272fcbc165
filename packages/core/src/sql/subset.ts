/**
 * The common subset of DuckDB and Spark (3.5 and 4.0) as data: what a SQL job may use, and what is known to mean something
 * else there. What is in neither table is refused too. The allow-list grows only with a comparison of both engines.
 */

/** What is asked of an argument: a family of types, or a literal. */
export type SubsetArgument =
  | 'any'
  | 'number'
  | 'text'
  | 'day'
  | 'boolean'
  /** A literal whole number from 1, or for `digits` from 0. */
  | 'position'
  | 'digits'
  /** A literal number other than 0. */
  | 'divisor'
  /** A literal text without a backslash. */
  | 'pattern';

export interface SubsetFunction {
  readonly kind: 'operator' | 'aggregate' | 'scalar' | 'window';
  /** What each argument must be; the last stands for those that follow, and those left out may be. */
  readonly takes: readonly SubsetArgument[];
  /** How it is written, where that is not its name and arguments. */
  readonly written?: string;
  /** What one has to know about it; may be empty. */
  readonly note: string;
}

/** What is refused, and what to write instead. Both follow the name in a message, as sentences. */
export interface SubsetRefusal {
  readonly why: string;
  readonly instead: string;
}

const operator = (takes: readonly SubsetArgument[], written: string, note = ''): SubsetFunction => ({
  kind: 'operator',
  takes,
  written,
  note,
});
const aggregate = (takes: readonly SubsetArgument[], note = ''): SubsetFunction => ({
  kind: 'aggregate',
  takes,
  note,
});
const scalar = (takes: readonly SubsetArgument[], note = ''): SubsetFunction => ({
  kind: 'scalar',
  takes,
  note,
});

const decimals = 'A result with more than six decimals is refused: Spark cuts it.';
const wide = 'Wider on DuckDB than what it adds up: cast it to the declared type.';

/** Every function and operator of a SQL job, by the name that DuckDB's parser gives it, in lower case. */
export const subsetFunctions: Readonly<Record<string, SubsetFunction>> = {
  '+': operator(['any'], 'a + b', `A day and an interval or a whole number too. ${decimals}`),
  '-': operator(['any'], 'a - b', `Of two days it is refused. ${decimals}`),
  '*': operator(['number'], 'a * b', decimals),
  '%': operator(['number', 'divisor'], 'a % 7', 'The divisor is a literal other than 0.'),
  '||': operator(['text'], "a || 'b'", 'Null where one side is null.'),
  '~~': operator(['text', 'pattern'], "a LIKE 'b%'", 'The pattern is a literal without a backslash.'),
  '!~~': operator(['text', 'pattern'], "a NOT LIKE 'b%'", 'The pattern is a literal without a backslash.'),
  count: aggregate(['any'], 'Also `COUNT(DISTINCT a)`.'),
  count_star: { kind: 'aggregate', takes: [], written: 'count(*)', note: '' },
  sum: aggregate(['number'], wide),
  min: aggregate(['any']),
  max: aggregate(['any']),
  bool_and: aggregate(['boolean']),
  bool_or: aggregate(['boolean']),
  rank: { kind: 'window', takes: [], written: 'rank() OVER (…)', note: 'Equal rows have the same rank.' },
  dense_rank: {
    kind: 'window',
    takes: [],
    written: 'dense_rank() OVER (…)',
    note: 'Equal rows have the same rank.',
  },
  abs: scalar(['number']),
  round: scalar(
    ['number', 'digits'],
    'Halves away from zero. Of a decimal, with a literal number of digits.',
  ),
  floor: scalar(['number'], 'Of a decimal.'),
  ceil: scalar(['number'], 'Of a decimal.'),
  ceiling: scalar(['number'], 'Of a decimal.'),
  mod: scalar(['number', 'divisor'], 'The divisor is a literal other than 0.'),
  greatest: scalar(['any'], 'Nulls are left out.'),
  least: scalar(['any'], 'Nulls are left out.'),
  nullif: scalar(['any']),
  length: scalar(['text'], 'In code points.'),
  char_length: scalar(['text'], 'In code points.'),
  character_length: scalar(['text'], 'In code points.'),
  substring: scalar(['text', 'position', 'digits'], 'Start (from 1) and length are literals.'),
  substr: scalar(['text', 'position', 'digits'], 'Start (from 1) and length are literals.'),
  replace: scalar(['text']),
  year: scalar(['day']),
  quarter: scalar(['day']),
  month: scalar(['day']),
  day: scalar(['day']),
  last_day: scalar(['day']),
};

/** The units of `INTERVAL`, by the function that DuckDB's parser makes of them. */
export const subsetIntervals: Readonly<Record<string, string>> = {
  to_days: 'DAY',
  to_months: 'MONTH',
  to_years: 'YEAR',
  to_hours: 'HOUR',
  to_minutes: 'MINUTE',
};

/** The types that may be cast to, by the names of both engines. */
export const subsetTypes: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  'DECIMAL(p,s)': 'decimal(p,s)',
  STRING: 'string',
  DATE: 'date',
  TIMESTAMP: 'A time to compare with; a column of type timestamp comes from an input only.',
};

const rowOrder = 'depends on the order of rows, which no engine promises';
const ties = 'depends on the order of rows where two of them are equal';
const noClock = 'gives another result each time it runs';
const letters = 'treats letters beyond ASCII or blanks otherwise on Spark';
const float = 'gives a float, and money in floats is not exact';
const elsewhere = 'is not the same on Spark';
const minOrMax = 'Write MIN or MAX';
const handOver = 'Hand it to the task as a parameter, and write it as ${param(…)}';
const codeJob = 'Do it where the data is loaded, or in a code job';

/** What is refused with a reason of its own, by the name that DuckDB's parser gives it, in lower case. */
export const refusedFunctions: Readonly<Record<string, SubsetRefusal>> = {
  '/': {
    why: 'gives a float on DuckDB and a decimal on Spark',
    instead: 'Publish dividend and divisor, or multiply by a decimal',
  },
  '//': { why: elsewhere, instead: 'Publish dividend and divisor' },
  divide: { why: elsewhere, instead: 'Publish dividend and divisor' },
  avg: { why: float, instead: 'Publish SUM and COUNT, and divide where the number is shown' },
  mean: { why: float, instead: 'Publish SUM and COUNT, and divide where the number is shown' },
  median: { why: float, instead: codeJob },
  stddev: { why: float, instead: codeJob },
  variance: { why: float, instead: codeJob },
  sqrt: { why: float, instead: codeJob },
  pow: { why: float, instead: 'Multiply' },
  power: { why: float, instead: 'Multiply' },
  '^': { why: 'is a power on DuckDB and a bitwise XOR on Spark', instead: 'Multiply' },
  '**': { why: 'does not exist on Spark', instead: 'Multiply' },
  sign: {
    why: 'gives a float on Spark',
    instead: 'Write CASE WHEN a > 0 THEN 1 WHEN a < 0 THEN -1 ELSE 0 END',
  },
  count_if: {
    why: 'is null on DuckDB and 0 on Spark where there is nothing to count',
    instead: 'Write COUNT(*) FILTER (WHERE …)',
  },
  first: { why: rowOrder, instead: minOrMax },
  last: { why: rowOrder, instead: minOrMax },
  any_value: { why: rowOrder, instead: minOrMax },
  arbitrary: { why: rowOrder, instead: minOrMax },
  mode: { why: rowOrder, instead: minOrMax },
  arg_min: { why: ties, instead: 'Join with the MIN of the group' },
  arg_max: { why: ties, instead: 'Join with the MAX of the group' },
  min_by: { why: ties, instead: 'Join with the MIN of the group' },
  max_by: { why: ties, instead: 'Join with the MAX of the group' },
  list: { why: rowOrder, instead: 'Keep one row for each member' },
  array_agg: { why: rowOrder, instead: 'Keep one row for each member' },
  string_agg: { why: rowOrder, instead: 'Keep one row for each member' },
  group_concat: { why: rowOrder, instead: 'Keep one row for each member' },
  listagg: { why: rowOrder, instead: 'Keep one row for each member' },
  row_number: { why: ties, instead: 'Write RANK() or DENSE_RANK()' },
  ntile: { why: ties, instead: 'Write RANK() or DENSE_RANK()' },
  lag: { why: ties, instead: 'Join the table with itself' },
  lead: { why: ties, instead: 'Join the table with itself' },
  first_value: { why: ties, instead: minOrMax },
  last_value: { why: ties, instead: minOrMax },
  nth_value: { why: ties, instead: 'Write RANK() or DENSE_RANK()' },
  percent_rank: { why: float, instead: 'Write RANK()' },
  cume_dist: { why: float, instead: 'Write RANK()' },
  random: { why: noClock, instead: 'Leave it out' },
  rand: { why: noClock, instead: 'Leave it out' },
  uuid: { why: noClock, instead: 'Build a key from columns' },
  gen_random_uuid: { why: noClock, instead: 'Build a key from columns' },
  now: { why: noClock, instead: handOver },
  today: { why: noClock, instead: handOver },
  current_date: { why: noClock, instead: handOver },
  current_time: { why: noClock, instead: handOver },
  current_timestamp: { why: noClock, instead: handOver },
  localtime: { why: noClock, instead: handOver },
  localtimestamp: { why: noClock, instead: handOver },
  get_current_timestamp: { why: noClock, instead: handOver },
  transaction_timestamp: { why: noClock, instead: handOver },
  concat: { why: 'leaves nulls out on DuckDB and is null on Spark', instead: 'Write a || b' },
  concat_ws: { why: elsewhere, instead: 'Write a || b' },
  upper: { why: letters, instead: codeJob },
  lower: { why: letters, instead: codeJob },
  trim: { why: letters, instead: codeJob },
  ltrim: { why: letters, instead: codeJob },
  rtrim: { why: letters, instead: codeJob },
  '~~*': { why: letters, instead: 'Write LIKE' },
  '!~~*': { why: letters, instead: 'Write NOT LIKE' },
  like_escape: { why: elsewhere, instead: 'Write LIKE without ESCAPE' },
  not_like_escape: { why: elsewhere, instead: 'Write NOT LIKE without ESCAPE' },
  regexp_matches: { why: 'has another language of patterns on Spark', instead: codeJob },
  regexp_full_match: { why: 'has another language of patterns on Spark', instead: codeJob },
  regexp_replace: { why: 'has another language of patterns on Spark', instead: codeJob },
  regexp_extract: { why: 'has another language of patterns on Spark', instead: codeJob },
  date_diff: { why: elsewhere, instead: 'Compare days with a day and an interval' },
  datediff: { why: elsewhere, instead: 'Compare days with a day and an interval' },
  date_add: { why: elsewhere, instead: "Write day + INTERVAL '1' DAY" },
  date_trunc: { why: elsewhere, instead: 'Write YEAR(…), MONTH(…) or LAST_DAY(…)' },
  date_part: { why: 'has other fields on Spark', instead: 'Write YEAR(…), QUARTER(…), MONTH(…) or DAY(…)' },
  strftime: { why: 'does not exist on Spark', instead: codeJob },
  strptime: { why: 'does not exist on Spark', instead: codeJob },
  list_value: { why: 'is a list, which no column can hold', instead: 'Write IN (…), or rows' },
  struct_pack: { why: 'is a struct, which no column can hold', instead: 'Write columns' },
  row: { why: 'is a struct, which no column can hold', instead: 'Compare column by column, with AND' },
  map: { why: 'is a map, which no column can hold', instead: 'Write columns' },
  unnest: { why: 'makes rows of a list, which no column can hold', instead: 'Write rows with UNION ALL' },
};
