/**
 * DuckDB expressions that turn a raw text column into a value, or refuse the record by `error('…')`. The first pass over a
 * file has no line numbers; once a record is refused the engine runs the statement again with them, for the message.
 */

/** What a column must be: a condition on its text, the value it then is, and the rule in words. */
export interface RawRule {
  /** A cheaper condition that implies `valid` and holds for nearly all texts: a regular expression a row takes its time. */
  readonly usual?: string;
  /** True when the text has the right form; null or false refuses it. */
  readonly valid: string;
  /** The value of a text of the right form; null where there is no such value (a number too big, 30 February). */
  readonly value: string;
  /** What the text should have been, to follow "is not". */
  readonly rule: string;
  /** Whether the column has JSON text, which is shown as it is. */
  readonly json?: boolean;
}

const longestShown = 60;

/** Digits that fit 64 bits. */
export function idRule(column: string): RawRule {
  const value = `TRY_CAST(${column} AS BIGINT)`;
  return {
    usual: `CAST(${value} AS VARCHAR) = ${column}`,
    valid: `regexp_full_match(${column}, '-?[0-9]{1,19}')`,
    value,
    rule: 'a whole number of 64 bits in digits',
  };
}

/** Money as text with at most two decimals. `quoted` where the column has JSON text, so that a JSON number is refused. */
export function amountRule(column: string, quoted: boolean): RawRule {
  const quote = quoted ? '"' : '';
  return {
    valid: String.raw`regexp_full_match(${column}, '${quote}-?[0-9]{1,16}(\.[0-9]{1,2})?${quote}')`,
    value: `TRY_CAST(${quoted ? `${column}[2:-2]` : column} AS DECIMAL(18,2))`,
    rule: `${quoted ? 'text in quotes' : 'text'} of at most 16 digits and two decimals, such as ${quote}-12.30${quote}`,
    json: quoted,
  };
}

/** An instant in UTC. */
export function timeRule(column: string): RawRule {
  const digits = (count: number): string => '[0-9]'.repeat(count);
  const milliseconds = `${digits(4)}-${digits(2)}-${digits(2)}T${digits(2)}:${digits(2)}:${digits(2)}.${digits(3)}Z`;
  return {
    usual: `${column} GLOB '${milliseconds}'`,
    valid: String.raw`regexp_full_match(${column}, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)')`,
    value: `TRY_CAST(${column} AS TIMESTAMPTZ)`,
    rule: 'a time in UTC that exists, of the form 2018-07-24T13:59:00.123456Z',
  };
}

/** Three capital letters. */
export function currencyRule(column: string): RawRule {
  return {
    valid: `${column} GLOB '[A-Z][A-Z][A-Z]'`,
    value: column,
    rule: 'three capital letters',
  };
}

/** One of a few words. */
export function wordRule(column: string, words: readonly string[]): RawRule {
  return {
    // DuckDB makes a join of a longer IN, which loses the order of the records.
    valid: `(${words.map((word) => `${column} = '${word}'`).join(' OR ')})`,
    value: column,
    rule: `one of ${words.join(', ')}`,
  };
}

/** A column that must be there and follow its rule. `place` is an expression that says where the record is. */
export function required(column: string, rule: RawRule, place: string, remedy: string): string {
  return `CASE ${branches(column, rule, place, remedy)} END AS ${column}`;
}

/** A column that follows its rule where it is not null. */
export function optional(column: string, rule: RawRule, place: string, remedy: string): string {
  return `CASE WHEN ${column} IS NULL THEN NULL ${branches(column, rule, place, remedy)} END AS ${column}`;
}

/** DuckDB takes the branches of a CASE in order and each only for the rows that are left. */
function branches(column: string, rule: RawRule, place: string, remedy: string): string {
  const refusal = refuse(column, rule, place, remedy);
  const value = `coalesce(${rule.value}, ${refusal})`;
  const usual = rule.usual === undefined ? '' : `WHEN ${rule.usual} THEN ${value} `;
  return `${usual}WHEN ${rule.valid} THEN ${value} ELSE ${refusal}`;
}

/** `error(NULL)` is null and refuses nothing, so the sentence is put together by `concat`, which never is null. */
function refuse(column: string, rule: RawRule, place: string, remedy: string): string {
  const start = `left(${column}, ${longestShown})`;
  const shown = rule.json === true ? start : `CAST(to_json(${start}) AS VARCHAR)`;
  // The column of JSON text has the word null for a null.
  const missing = rule.json === true ? `coalesce(${column}, 'null') = 'null'` : `${column} IS NULL`;
  const what = `CASE WHEN ${missing} THEN 'is missing' ELSE concat(${shown}, ' is not ${rule.rule}') END`;
  return `error(concat(${place}, ': ${column} ', ${what}, '. ${remedy}'))`;
}
