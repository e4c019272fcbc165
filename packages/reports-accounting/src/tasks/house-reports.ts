import type { Day } from '@daybook/core';
import { day, defineTask, month, noRows, since, sql, table } from '@daybook/core';
import type { AccountingReportTask } from './accounting-report.ts';
import type { MonthlyAccountingReportTask } from './monthly-accounting-report.ts';
import { monthlyReportColumns, reportColumns, reportOrder, rowControls } from './report-table.ts';

/** What is between the report and its part: rows left out or changed, and rows that do not belong. */
function controlsOfPart(houseAccounts: readonly bigint[]) {
  return [
    ...rowControls,
    noRows(
      'every-house-account-as-in-the-report',
      sql`
        SELECT report.account_id, report.currency, report.closing_balance, report.postings
        FROM report
        LEFT JOIN output
        ON output.account_id = report.account_id AND output.currency = report.currency
          AND output.closing_balance = report.closing_balance AND output.postings = report.postings
        WHERE report.account_id IN (${houseAccounts}) AND output.account_id IS NULL`,
    ),
    noRows(
      'only-house-accounts-of-the-report',
      sql`
        SELECT output.account_id, output.currency
        FROM output
        LEFT JOIN (
          SELECT account_id, currency FROM report WHERE account_id IN (${houseAccounts})
        ) AS house
        ON house.account_id = output.account_id AND house.currency = output.currency
        WHERE house.account_id IS NULL`,
    ),
  ] as const;
}

/** The rows of a day's report that are the exchange's own earnings. */
export function houseAccountingReportTask(
  ledgerStart: Day,
  houseAccounts: readonly bigint[],
  report: AccountingReportTask,
) {
  return defineTask({
    name: 'house-accounting-report',
    params: { date: since(day, ledgerStart) },
    priority: 3,
    inputs: ({ date }) => ({ report: report({ date }) }),
    output: table(reportColumns, { orderBy: reportOrder }),
    controls: controlsOfPart(houseAccounts),
    job: sql`
      SELECT
        account_id, currency, opening_balance, deposits, withdrawals, stakes, payouts, commission, bonuses, adjustments,
        net, closing_balance, postings
      FROM report
      WHERE account_id IN (${houseAccounts})`,
  });
}

/** The rows of a month's report that are the exchange's own earnings. */
export function monthlyHouseAccountingReportTask(
  ledgerStart: Day,
  houseAccounts: readonly bigint[],
  report: MonthlyAccountingReportTask,
) {
  return defineTask({
    name: 'monthly-house-accounting-report',
    params: { month: since(month, ledgerStart) },
    priority: 3,
    inputs: ({ month }) => ({ report: report({ month }) }),
    output: table(monthlyReportColumns, { orderBy: reportOrder }),
    controls: controlsOfPart(houseAccounts),
    job: sql`
      SELECT
        account_id, currency, opening_balance, deposits, withdrawals, stakes, payouts, commission, bonuses, adjustments,
        net, closing_balance, postings, active_days
      FROM report
      WHERE account_id IN (${houseAccounts})`,
  });
}
