/**
 * The daily close from files: the exchange leaves one file a day in a folder (`2018-07-24.ndjson`, `.csv`, `.parquet`, the
 * first two also as `.gz`), with its totals beside it (`2018-07-24.totals.json`).
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@daybook/core';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

const folder = fileURLToPath(new URL('./exchange', import.meta.url));

export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: accounting({
    exchange: fileExchange({ folder, totals: 'required' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '2018-07-01',
  }),
});
