import type { Day } from '@daybook/core';
import { day, defineTask, sameTotal, since, sql, table } from '@daybook/core';
import { netByKind } from '../kinds.ts';
import type { AccountBalancesTask } from './account-balances.ts';
import type { AccountStatisticsTask } from './account-statistics.ts';
import { doubleEntryControls, reportColumns, reportOrder, rowControls } from './report-table.ts';

/** The report of a day: each account's balances and, by kind, what moved them. */
export function accountingReportTask(
  ledgerStart: Day,
  statistics: AccountStatisticsTask,
  balances: AccountBalancesTask,
) {
  return defineTask({
    name: 'accounting-report',
    params: { date: since(day, ledgerStart) },
    priority: 3,
    inputs: ({ date }) => ({ statistics: statistics({ date }), balances: balances({ date }) }),
    output: table(reportColumns, { orderBy: reportOrder }),
    controls: [
      ...rowControls,
      ...doubleEntryControls,
      sameTotal('balances.*', 'output.*', { by: ['currency'] }),
      sameTotal('statistics.postings', 'output.postings', { by: ['currency'] }),
    ],
    job: sql`
      SELECT
        balances.account_id, balances.currency, balances.opening_balance,
        TRY_CAST(COALESCE(moved.deposits, 0) AS DECIMAL(18,2)) AS deposits,
        TRY_CAST(COALESCE(moved.withdrawals, 0) AS DECIMAL(18,2)) AS withdrawals,
        TRY_CAST(COALESCE(moved.stakes, 0) AS DECIMAL(18,2)) AS stakes,
        TRY_CAST(COALESCE(moved.payouts, 0) AS DECIMAL(18,2)) AS payouts,
        TRY_CAST(COALESCE(moved.commission, 0) AS DECIMAL(18,2)) AS commission,
        TRY_CAST(COALESCE(moved.bonuses, 0) AS DECIMAL(18,2)) AS bonuses,
        TRY_CAST(COALESCE(moved.adjustments, 0) AS DECIMAL(18,2)) AS adjustments,
        balances.net, balances.closing_balance,
        CAST(COALESCE(moved.postings, 0) AS BIGINT) AS postings
      FROM balances
      LEFT JOIN (
        SELECT account_id, currency, SUM(postings) AS postings,${netByKind}
        FROM statistics
        GROUP BY account_id, currency
      ) AS moved
      ON moved.account_id = balances.account_id AND moved.currency = balances.currency`,
  });
}

/** The definition of `accounting-report`, with its parameters and columns. */
export type AccountingReportTask = ReturnType<typeof accountingReportTask>;
