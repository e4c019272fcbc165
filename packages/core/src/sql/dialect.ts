/** The engines whose SQL is written here. */
export type Dialect = 'duckdb' | 'spark';

/** A name in quotes, so that no column or relation collides with a keyword. */
export function quoteName(name: string, dialect: Dialect): string {
  return dialect === 'duckdb' ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll('`', '``')}\``;
}

/** Text as a SQL literal. Spark reads backslashes in literals as escapes, DuckDB does not. */
export function quoteText(text: string, dialect: Dialect): string {
  if (dialect === 'duckdb') return `'${text.replaceAll("'", "''")}'`;
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
