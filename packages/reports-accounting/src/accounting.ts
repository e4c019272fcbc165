import type { Day, TaskDefinition } from '@daybook/core';
import { DaybookError, isDay } from '@daybook/core';
import type { Exchange } from './exchange/exchange.ts';
import type { Ledger } from './ledger.ts';
import { accountBalancesTask } from './tasks/account-balances.ts';
import { accountStatisticsTask } from './tasks/account-statistics.ts';
import { accountingReportTask } from './tasks/accounting-report.ts';
import { houseAccountingReportTask, monthlyHouseAccountingReportTask } from './tasks/house-reports.ts';
import { monthlyAccountingReportTask } from './tasks/monthly-accounting-report.ts';
import { openingBalancesTask } from './tasks/opening-balances.ts';
import { accountingSummaryTask, monthlyAccountingSummaryTask } from './tasks/summaries.ts';
import { transactionsTask } from './tasks/transactions.ts';
import { dailyTsvTask, monthlyTsvTask } from './tasks/tsv.ts';
import { accountingTask, dailyAccountingTask, monthlyAccountingTask } from './tasks/wrappers.ts';

/** What the accounting tasks are made from. */
export interface AccountingOptions {
  /** Where the postings of a day come from: `httpExchange({ url })` or `fileExchange({ folder })`. */
  readonly exchange: Exchange;
  /** The exchange's accounts that earn the commission; they have reports of their own. */
  readonly houseAccounts: readonly (number | bigint)[];
  /** The exchange's other accounts, such as client money and market pools. Default none. */
  readonly internalAccounts?: readonly (number | bigint)[];
  /** The first day of the books. Earlier days and months are refused. */
  readonly ledgerStart: Day;
  /**
   * A CSV file `account_id,currency,balance` with the balances at the beginning of `ledgerStart`. Default: all accounts
   * begin with nothing.
   */
  readonly openingBalances?: string;
}

/**
 * The accounting tasks of a betting exchange, for the `tasks` of a configuration. Throws `config-invalid` with a sentence
 * that names the option.
 * @example accounting({ exchange: fileExchange({ folder }), houseAccounts: [1], ledgerStart: '2018-07-01' })
 */
export function accounting(options: AccountingOptions): readonly TaskDefinition[] {
  return Object.values(accountingTasks(options)) as unknown as readonly TaskDefinition[];
}

/** The same tasks by name and typed, for whoever builds tasks of their own upon them. */
export function accountingTasks(options: AccountingOptions) {
  const { ledgerStart } = options;
  if (!isDay(ledgerStart)) throw invalid(`ledgerStart is a day such as 2018-07-01, not "${ledgerStart}".`);
  const ledger: Ledger = { ledgerStart, hasOpeningBalances: options.openingBalances !== undefined };
  const owners = {
    houseAccounts: accountIds('houseAccounts', options.houseAccounts),
    internalAccounts: accountIds('internalAccounts', options.internalAccounts ?? []),
  };
  const both = owners.houseAccounts.find((account) => owners.internalAccounts.includes(account));
  if (both !== undefined)
    throw invalid(`houseAccounts and internalAccounts both name ${both}: an account is one of them.`);
  const transactions = transactionsTask(ledgerStart, options.exchange);
  const openingBalances = openingBalancesTask(options.openingBalances);
  const accountStatistics = accountStatisticsTask(ledgerStart, transactions);
  const accountBalances = accountBalancesTask(ledger, accountStatistics, openingBalances);
  const accountingReport = accountingReportTask(ledgerStart, accountStatistics, accountBalances);
  const monthlyAccountingReport = monthlyAccountingReportTask(
    ledger,
    accountStatistics,
    accountBalances,
    openingBalances,
  );
  const { houseAccounts } = owners;
  const daily = {
    accountingReport,
    houseAccountingReport: houseAccountingReportTask(ledgerStart, houseAccounts, accountingReport),
    accountingSummary: accountingSummaryTask(ledgerStart, owners, accountStatistics),
  };
  const monthly = {
    monthlyAccountingReport,
    monthlyHouseAccountingReport: monthlyHouseAccountingReportTask(
      ledgerStart,
      houseAccounts,
      monthlyAccountingReport,
    ),
    monthlyAccountingSummary: monthlyAccountingSummaryTask(ledger, owners, accountStatistics),
  };
  const dailyFiles = {
    accountingReportTsv: dailyTsvTask(ledgerStart, daily.accountingReport),
    houseAccountingReportTsv: dailyTsvTask(ledgerStart, daily.houseAccountingReport),
    accountingSummaryTsv: dailyTsvTask(ledgerStart, daily.accountingSummary),
  };
  const monthlyFiles = {
    monthlyAccountingReportTsv: monthlyTsvTask(ledgerStart, monthly.monthlyAccountingReport),
    monthlyHouseAccountingReportTsv: monthlyTsvTask(ledgerStart, monthly.monthlyHouseAccountingReport),
    monthlyAccountingSummaryTsv: monthlyTsvTask(ledgerStart, monthly.monthlyAccountingSummary),
  };
  const dailyAccounting = dailyAccountingTask(ledgerStart, { ...daily, ...dailyFiles });
  const monthlyAccounting = monthlyAccountingTask(ledger, { ...monthly, ...monthlyFiles }, dailyAccounting);
  return {
    transactions,
    openingBalances,
    accountStatistics,
    accountBalances,
    ...daily,
    ...monthly,
    ...dailyFiles,
    ...monthlyFiles,
    dailyAccounting,
    monthlyAccounting,
    accounting: accountingTask(ledger, dailyAccounting, monthlyAccounting),
  };
}

function accountIds(option: string, given: readonly (number | bigint)[]): readonly bigint[] {
  const ids = given.map((id) => {
    if (typeof id === 'number' && !Number.isSafeInteger(id))
      throw invalid(`${option} has ${id}, which is no exact whole number: write a big one as ${'123n'}.`);
    const exact = BigInt(id);
    if (BigInt.asIntN(64, exact) !== exact) throw invalid(`${option} has ${id}, which does not fit 64 bits.`);
    return exact;
  });
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function invalid(sentence: string): DaybookError {
  return new DaybookError('config-invalid', sentence);
}
