/** A project of a stranger: tasks of its own, and the accounts of a folder that an exchange wrote. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@daybook/core';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { doubled, prices } from './tasks.ts';

export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: [
    prices,
    doubled,
    ...accounting({
      exchange: fileExchange({
        folder: fileURLToPath(new URL('./exchange', import.meta.url)),
        totals: 'required',
      }),
      houseAccounts: [1],
      internalAccounts: [2, 3],
      ledgerStart: '2018-07-01',
    }),
  ],
});
