/**
 * The bare work of a day, without a check: NDJSON to zstd Parquet, grouped by account, currency and kind, and summed up.
 * `bare-duckdb.ts FILE FOLDER`
 */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [file = '', folder = ''] = process.argv.slice(2);
const at = (name: string): string => `'${join(folder, name)}'`;
const columns = [
  `sequence: 'BIGINT', transaction_id: 'BIGINT', account_id: 'BIGINT', kind: 'VARCHAR', amount: 'DECIMAL(18,2)'`,
  `currency: 'VARCHAR', market_id: 'BIGINT', occurred_at: 'TIMESTAMPTZ'`,
].join(', ');
const parquet = '(FORMAT parquet, COMPRESSION zstd)';
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run(
  `COPY (SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${columns}})) TO ${at('bare.parquet')} ${parquet}`,
);
await connection.run(
  `COPY (
    SELECT account_id, currency, kind, count(*) AS postings, sum(amount) AS net
    FROM ${at('bare.parquet')} GROUP BY ALL
  ) TO ${at('bare-statistics.parquet')} ${parquet}`,
);
await connection.run(
  `COPY (
    SELECT currency, kind, sum(postings) AS postings, sum(net) AS net FROM ${at('bare-statistics.parquet')} GROUP BY ALL
  ) TO ${at('bare-summary.csv')}`,
);
