/**
 * The daily close with its data in a bucket and its SQL on Spark, on a cluster of Amazon EMR that lives as long as there is work
 * for it. What fetches, and what writes files for people, stays on this machine. docs/emr.md tells what the account needs.
 *
 * To try it without an account: DAYBOOK_EMR_ENDPOINT is the URL of `npx emr-local`, DAYBOOK_ENDPOINT that of another store
 * that speaks S3.
 */
import { defineConfig } from '@daybook/core';
import { accounting, httpExchange } from '@daybook/reports-accounting';
import { emrRunner } from '@daybook/runner-emr';
import { localRunner } from '@daybook/runner-local';
import { s3Targets } from '@daybook/target-s3';

const bucket = process.env['DAYBOOK_BUCKET'] ?? 'books';
const endpoint = process.env['DAYBOOK_ENDPOINT'];
const emrEndpoint = process.env['DAYBOOK_EMR_ENDPOINT'];
const store = endpoint === undefined ? {} : { endpoint };

export default defineConfig({
  targets: s3Targets({ bucket, prefix: 'daybook', ...store }),
  // In order: a task goes to the first that takes it. With `{ runner: emrRunner({ … }), tasks: ['account-statistics'] }` only
  // the heaviest would go to the cluster.
  runners: [
    emrRunner({
      scratch: `s3://${bucket}/scratch`,
      cluster: {
        release: process.env['DAYBOOK_EMR_RELEASE'] ?? 'emr-7.13.0',
        instances: { core: { count: 2 } },
        logUri: `s3://${bucket}/logs/`,
        tags: { project: 'daybook' },
        ...(process.env['DAYBOOK_SUBNET'] === undefined ? {} : { subnets: [process.env['DAYBOOK_SUBNET']] }),
      },
      s3: store,
      ...(emrEndpoint === undefined ? {} : { endpoint: emrEndpoint, pollMs: 500, batchWaitMs: 2000 }),
    }),
    localRunner(),
  ],
  tasks: accounting({
    exchange: httpExchange({ url: process.env['EXCHANGE_URL'] ?? 'http://127.0.0.1:8765' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '2018-07-01',
  }),
});
