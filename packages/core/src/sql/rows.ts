import type { Columns } from '../schema.ts';
import { quoteName } from './dialect.ts';
import { valueText } from './columns.ts';

/**
 * A DuckDB query for the rows of `relation` as one column `line` of text: TSV without its line feed (empty for null; tab,
 * line feed, carriage return and backslash in text as `\t`, `\n`, `\r`, `\\`), or a JSON array of texts and nulls.
 */
export function rowLinesQuery(
  relation: string,
  columns: Columns,
  options: { readonly orderBy: readonly string[]; readonly limit?: number; readonly as: 'tsv' | 'json' },
): string {
  const cells = Object.entries(columns).map(([name, type]) => {
    const text = valueText(name, type, 'duckdb');
    if (options.as === 'json') return text;
    return `coalesce(${type === 'string' ? escaped(text) : text}, '')`;
  });
  const line =
    options.as === 'tsv'
      ? cells.join(' || chr(9) || ')
      : `CAST(to_json([${cells.join(', ')}]::VARCHAR[]) AS VARCHAR)`;
  const orderBy = options.orderBy.map((name) => `stored.${quoteName(name, 'duckdb')} ASC NULLS FIRST`);
  const order = orderBy.length === 0 ? '' : ` ORDER BY ${orderBy.join(', ')}`;
  const limit = options.limit === undefined ? '' : ` LIMIT ${options.limit}`;
  return `SELECT ${line} AS line FROM (SELECT * FROM ${relation} AS stored${order}${limit}) AS stored${order}`;
}

function escaped(text: string): string {
  return String.raw`replace(replace(replace(replace(${text}, '\', '\\'), chr(9), '\t'), chr(10), '\n'), chr(13), '\r')`;
}
