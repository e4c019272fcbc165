import { basename } from 'node:path';
import type { FetchContext, Fetched } from '@daybook/core';
import { DaybookError, defineTask, table, uniqueKey, zeroSum } from '@daybook/core';
import { checkCsvHeader } from '../exchange/csv-header.ts';
import { checkUnchanged, fileFacts } from '../exchange/source-file.ts';
import { amountRule, currencyRule, idRule, required } from './raw-value.ts';

const columns = ['account_id', 'currency', 'balance'] as const;
const place = `concat('line ', coalesce(CAST(line AS VARCHAR), '?'))`;
const remedy = 'Correct the file of opening balances, then run again.';

const statement = `SELECT
  ${required('account_id', idRule('account_id'), place, remedy)},
  ${required('currency', currencyRule('currency'), place, remedy)},
  ${required('balance', amountRule('balance', false), place, remedy)}
FROM raw`;

/**
 * The balances that were brought into the books when they were opened, from a CSV file with the header
 * `account_id,currency,balance`. The definition is there without a file too; only then nothing asks for its task.
 */
export function openingBalancesTask(path: string | undefined) {
  return defineTask({
    name: 'opening-balances',
    refetch: 'always',
    output: table(
      { account_id: 'bigint', currency: 'string', balance: 'decimal(18,2)' },
      { orderBy: ['account_id', 'currency'] },
    ),
    controls: [
      uniqueKey('account_id', 'currency'),
      zeroSum('balance', {
        by: ['currency'],
        remedy:
          'The opening balances of all accounts must sum to zero in each currency: add the missing side to the file.',
      }),
    ],
    job: {
      kind: 'load',
      version: '1',
      formats: {
        csv: { columns: { account_id: 'text', currency: 'text', balance: 'text' }, statement },
      },
      fetch: async (context: FetchContext) => await fetchOpeningBalances(path, context),
    },
  });
}

/** The definition of `opening-balances`, with its columns. */
export type OpeningBalancesTask = ReturnType<typeof openingBalancesTask>;

async function fetchOpeningBalances(path: string | undefined, context: FetchContext): Promise<Fetched> {
  if (path === undefined) {
    throw new DaybookError(
      'config-invalid',
      'There are no opening balances: give accounting({ openingBalances }) the path of a CSV file, or do without this task.',
    );
  }
  const facts = await fileFacts(path);
  if (facts === undefined) {
    throw new DaybookError(
      context.published ? 'input-withdrawn' : 'input-unreadable',
      `The file of opening balances ${path} is not there: put it there, or correct \`openingBalances\` in the configuration.`,
    );
  }
  await checkCsvHeader(path, columns);
  return {
    kind: 'file',
    format: 'csv',
    path,
    source: { kind: 'file', name: basename(path), ...facts },
    confirm: async () => await checkUnchanged(path, facts),
  };
}
