/**
 * The daily close with its data in a bucket: transactions from an exchange over HTTP, jobs on DuckDB and Arrow, everything in S3.
 * Any number of machines may run it at once. Without DAYBOOK_ENDPOINT the bucket is one of AWS, and the credentials are those
 * of its usual chain; with it, of another store that speaks S3. `npx daybook doctor` tries the bucket.
 */
import { defineConfig } from '@daybook/core';
import { accounting, httpExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { s3Targets } from '@daybook/target-s3';

const endpoint = process.env['DAYBOOK_ENDPOINT'];

export default defineConfig({
  targets: s3Targets({
    bucket: process.env['DAYBOOK_BUCKET'] ?? 'books',
    prefix: 'daybook',
    ...(endpoint === undefined ? {} : { endpoint }),
  }),
  runners: [localRunner()],
  tasks: accounting({
    exchange: httpExchange({ url: process.env['EXCHANGE_URL'] ?? 'http://127.0.0.1:8765' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '2018-07-01',
  }),
});
