import type { Declaration } from '../code-digest.ts';
import { canonicalJson, sha256 } from '../digest.ts';
import type { Columns, ColumnType } from '../schema.ts';
import type { Dialect } from './dialect.ts';
import { quoteName } from './dialect.ts';
import { sqlType } from './columns.ts';

/** What a fingerprint query gives: the number of rows and the sums of the two halves of the rows' MD5s, as decimal text. */
export interface RowSums {
  readonly rows: string;
  readonly high: string;
  readonly low: string;
}

/**
 * A query for the row sums of `relation`, the same on every engine and in every order of rows. A row's text has for each
 * column `n` for null, else `v` and the value: text after its length in code points and a colon, decimals at their scale,
 * timestamps as integer microseconds. Its MD5, as two unsigned 64-bit numbers (the first and the last 16 hex digits), is
 * added up.
 */
export function rowSumsQuery(relation: string, columns: Columns, dialect: Dialect): string {
  const cells = Object.entries(columns).map(([name, type]) => canonicalText(name, type, dialect));
  const text = cells.length === 0 ? "''" : `concat(${cells.join(', ')})`;
  const half = (digits: 'high' | 'low'): string => {
    if (dialect === 'spark') {
      const from = digits === 'high' ? 1 : 17;
      return `sum(CAST(conv(substring(digest, ${from}, 16), 16, 10) AS DECIMAL(20,0)))`;
    }
    return `sum(CAST(('0x' || digest[${digits === 'high' ? '1:16' : '17:32'}]) AS UBIGINT))`;
  };
  const string = sqlType('string', dialect);
  const sum = (digits: 'high' | 'low'): string =>
    `coalesce(CAST(${half(digits)} AS ${string}), '0') AS ${digits}`;
  return `SELECT CAST(count(*) AS ${string}) AS rows, ${sum('high')}, ${sum('low')} FROM (SELECT md5(${text}) AS digest FROM ${relation})`;
}

/** The fingerprint of a derived table: a digest over its column names and types in order, its row count and its row sums. */
export function tableFingerprint(columns: Declaration, sums: RowSums): string {
  return sha256(canonicalJson({ columns: columns.kind === 'table' ? columns.columns : [], ...sums }));
}

/** The fingerprint of named files: a digest over names and contents, in order of name. */
export function filesFingerprint(
  files: readonly { readonly name: string; readonly sha256: string }[],
): string {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sha256(canonicalJson(sorted.map((file) => [file.name, file.sha256])));
}

function canonicalText(name: string, type: ColumnType, dialect: Dialect): string {
  const column = quoteName(name, dialect);
  const string = sqlType('string', dialect);
  if (type === 'string')
    return `coalesce('v' || CAST(char_length(${column}) AS ${string}) || ':' || ${column}, 'n')`;
  const microseconds = dialect === 'duckdb' ? 'epoch_us' : 'unix_micros';
  const value = type === 'timestamp' ? `${microseconds}(${column})` : column;
  return `coalesce('v' || CAST(${value} AS ${string}), 'n')`;
}
