import type { ColumnType } from '../schema.ts';
import { decimalOf } from '../schema.ts';
import type { Dialect } from './dialect.ts';
import { quoteName } from './dialect.ts';

/** A column type as the engine's SQL says it. */
export function sqlType(type: ColumnType, dialect: Dialect): string {
  const decimal = decimalOf(type);
  if (decimal !== undefined) return `DECIMAL(${decimal.precision},${decimal.scale})`;
  if (type === 'string') return dialect === 'duckdb' ? 'VARCHAR' : 'STRING';
  if (type === 'timestamp') return dialect === 'duckdb' ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  return { boolean: 'BOOLEAN', integer: 'INTEGER', bigint: 'BIGINT', date: 'DATE' }[
    type as 'boolean' | 'integer' | 'bigint' | 'date'
  ];
}

/**
 * A column's value as the text that people and fingerprints see: numbers in digits, decimals at their scale, booleans as
 * `true` and `false`, dates as `2018-07-24`, timestamps as `2018-07-24T00:00:00.000000Z`. Null stays null.
 */
export function valueText(name: string, type: ColumnType, dialect: Dialect): string {
  const column = quoteName(name, dialect);
  if (type === 'string') return column;
  if (type === 'timestamp')
    return timestampText(dialect === 'duckdb' ? `${column} AT TIME ZONE 'UTC'` : column, dialect);
  return `CAST(${column} AS ${sqlType('string', dialect)})`;
}

/** The SQL for a time as the text above: on DuckDB of a TIMESTAMP, which has no zone, on Spark of one in the session's, UTC. */
export function timestampText(time: string, dialect: Dialect): string {
  return dialect === 'duckdb'
    ? `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%fZ')`
    : `date_format(${time}, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")`;
}
