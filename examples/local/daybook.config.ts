/**
 * The daily close on one machine: transactions from an exchange over HTTP, jobs on DuckDB and Arrow, everything in a folder.
 * Copy it, then change the URL, the accounts and the day on which your ledger starts.
 */
import { defineConfig } from '@daybook/core';
import { accounting, httpExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: accounting({
    exchange: httpExchange({ url: process.env['EXCHANGE_URL'] ?? 'http://127.0.0.1:8765' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '2018-07-01',
  }),
});
