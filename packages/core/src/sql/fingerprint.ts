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
  const pieces = Object.entries(columns).flatMap(([name, type]) => canonicalPieces(name, type, dialect));
  const text = pieces.length === 0 ? "''" : `concat(${pieces.join(', ')})`;
  const half = (digits: 'high' | 'low'): string => {
    if (dialect === 'spark') {
      const from = digits === 'high' ? 1 : 17;
      return `sum(CAST(conv(substring(digest, ${from}, 16), 16, 10) AS DECIMAL(20,0)))`;
    }
    return `sum(CAST(('0x' || substr(digest, ${digits === 'high' ? '1, 16' : '17'})) AS UBIGINT))`;
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

/** The pieces of a value's canonical text, to be put together by `concat`. */
function canonicalPieces(name: string, type: ColumnType, dialect: Dialect): readonly string[] {
  const column = quoteName(name, dialect);
  // DuckDB's `concat` leaves nulls out, which is half the work of putting each value together by itself.
  if (dialect === 'duckdb') {
    const mark = `CASE WHEN ${column} IS NULL THEN 'n' ELSE 'v' END`;
    if (type === 'string')
      return [mark, `char_length(${column})`, `CASE WHEN ${column} IS NOT NULL THEN ':' END`, column];
    return [mark, type === 'timestamp' ? `epoch_us(${column})` : column];
  }
  const text = type === 'timestamp' ? `unix_micros(${column})` : column;
  const length = type === 'string' ? `CAST(char_length(${column}) AS STRING) || ':' || ` : '';
  return [`coalesce('v' || ${length}${type === 'string' ? column : `CAST(${text} AS STRING)`}, 'n')`];
}
