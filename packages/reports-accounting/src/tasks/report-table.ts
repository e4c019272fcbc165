import { everyRow, noNulls, sql, uniqueKey, zeroSum } from '@daybook/core';
import { sumOfKinds } from '../kinds.ts';

/** The columns of a day's report, one row an account and currency. */
export const reportColumns = {
  account_id: 'bigint',
  currency: 'string',
  opening_balance: 'decimal(18,2)',
  deposits: 'decimal(18,2)',
  withdrawals: 'decimal(18,2)',
  stakes: 'decimal(18,2)',
  payouts: 'decimal(18,2)',
  commission: 'decimal(18,2)',
  bonuses: 'decimal(18,2)',
  adjustments: 'decimal(18,2)',
  net: 'decimal(18,2)',
  closing_balance: 'decimal(18,2)',
  postings: 'bigint',
} as const;

/** The columns of a month's report. */
export const monthlyReportColumns = { ...reportColumns, active_days: 'bigint' } as const;

export const reportOrder = ['account_id', 'currency'] as const;

/** Controls of every report of accounts: one row each, no sum too big, and kinds that explain the balances. */
export const rowControls = [
  uniqueKey('account_id', 'currency'),
  noNulls(
    'opening_balance',
    'deposits',
    'withdrawals',
    'stakes',
    'payouts',
    'commission',
    'bonuses',
    'adjustments',
    'net',
    'closing_balance',
  ),
  everyRow('kinds-sum-to-net', sql`${sumOfKinds} = net`),
  everyRow('opening-and-kinds-are-closing', sql`opening_balance + ${sumOfKinds} = closing_balance`),
] as const;

/** Controls of a report of all accounts, in which each entry has its other side. */
export const doubleEntryControls = [
  zeroSum('net', { by: ['currency'] }),
  zeroSum('closing_balance', { by: ['currency'] }),
] as const;
