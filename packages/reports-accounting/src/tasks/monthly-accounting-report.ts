import { defineTask, everyRow, listOf, month, noRows, sameTotal, since, sql, table } from '@daybook/core';
import { netByKind } from '../kinds.ts';
import type { Ledger } from '../ledger.ts';
import { daysOfMonth, openingOf } from '../ledger.ts';
import type { AccountBalancesTask } from './account-balances.ts';
import type { AccountStatisticsTask } from './account-statistics.ts';
import type { OpeningBalancesTask } from './opening-balances.ts';
import { doubleEntryControls, monthlyReportColumns, reportOrder, rowControls } from './report-table.ts';

/** Accounts that do not open the month with what they closed the day before it with, or were brought in with. */
const notOpenedWithBalances = sql`
  SELECT account_id, currency, SUM(balance) AS balance_before, SUM(opening_balance) AS opening_balance
  FROM (
    SELECT account_id, currency, closing_balance AS balance, CAST(0 AS DECIMAL(18,2)) AS opening_balance FROM before
    UNION ALL
    SELECT account_id, currency, balance, 0 FROM opening
    UNION ALL
    SELECT account_id, currency, 0, opening_balance FROM output
  ) AS sides
  GROUP BY account_id, currency
  HAVING SUM(balance) <> SUM(opening_balance)`;

/** The report of a month: each account's balances at its ends and, by kind, what moved them. */
export function monthlyAccountingReportTask(
  ledger: Ledger,
  statistics: AccountStatisticsTask,
  balances: AccountBalancesTask,
  openingBalances: OpeningBalancesTask,
) {
  return defineTask({
    name: 'monthly-accounting-report',
    params: { month: since(month, ledger.ledgerStart) },
    priority: 3,
    inputs: ({ month }) => {
      const { before, opening } = openingOf(ledger, month);
      return {
        before: listOf(balances, before),
        opening: listOf(openingBalances, opening),
        statistics: listOf(statistics, daysOfMonth(ledger, month)),
      };
    },
    output: table(monthlyReportColumns, { orderBy: reportOrder }),
    controls: [
      ...rowControls,
      ...doubleEntryControls,
      everyRow(
        'active-days-fit-the-postings',
        sql`active_days >= 0 AND active_days <= 31 AND active_days <= postings AND (active_days > 0 OR postings = 0)`,
      ),
      noRows('opens-with-the-balances-before', notOpenedWithBalances),
      sameTotal('statistics.postings', 'output.postings', { by: ['currency'] }),
    ],
    job: sql`
      WITH opened AS (
        SELECT account_id, currency, SUM(balance) AS opening_balance
        FROM (
          SELECT account_id, currency, closing_balance AS balance FROM before
          UNION ALL
          SELECT account_id, currency, balance FROM opening
        ) AS balances
        GROUP BY account_id, currency
      ),
      moved AS (
        SELECT account_id, currency, SUM(postings) AS postings, SUM(net) AS net,${netByKind}
        FROM statistics
        GROUP BY account_id, currency
      ),
      active AS (
        SELECT account_id, currency, COUNT(*) AS active_days
        FROM (SELECT DISTINCT account_id, currency, date FROM statistics) AS days
        GROUP BY account_id, currency
      )
      SELECT
        COALESCE(opened.account_id, moved.account_id) AS account_id,
        COALESCE(opened.currency, moved.currency) AS currency,
        TRY_CAST(COALESCE(opened.opening_balance, 0) AS DECIMAL(18,2)) AS opening_balance,
        TRY_CAST(COALESCE(moved.deposits, 0) AS DECIMAL(18,2)) AS deposits,
        TRY_CAST(COALESCE(moved.withdrawals, 0) AS DECIMAL(18,2)) AS withdrawals,
        TRY_CAST(COALESCE(moved.stakes, 0) AS DECIMAL(18,2)) AS stakes,
        TRY_CAST(COALESCE(moved.payouts, 0) AS DECIMAL(18,2)) AS payouts,
        TRY_CAST(COALESCE(moved.commission, 0) AS DECIMAL(18,2)) AS commission,
        TRY_CAST(COALESCE(moved.bonuses, 0) AS DECIMAL(18,2)) AS bonuses,
        TRY_CAST(COALESCE(moved.adjustments, 0) AS DECIMAL(18,2)) AS adjustments,
        TRY_CAST(COALESCE(moved.net, 0) AS DECIMAL(18,2)) AS net,
        TRY_CAST(COALESCE(opened.opening_balance, 0) + COALESCE(moved.net, 0) AS DECIMAL(18,2)) AS closing_balance,
        CAST(COALESCE(moved.postings, 0) AS BIGINT) AS postings,
        CAST(COALESCE(active.active_days, 0) AS BIGINT) AS active_days
      FROM opened
      FULL JOIN moved ON moved.account_id = opened.account_id AND moved.currency = opened.currency
      LEFT JOIN active ON active.account_id = moved.account_id AND active.currency = moved.currency
      WHERE moved.postings > 0 OR opened.opening_balance <> 0`,
  });
}

/** The definition of `monthly-accounting-report`, with its parameters and columns. */
export type MonthlyAccountingReportTask = ReturnType<typeof monthlyAccountingReportTask>;
