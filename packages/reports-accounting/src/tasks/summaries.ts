import type { Day } from '@daybook/core';
import {
  day,
  defineTask,
  everyRow,
  listOf,
  month,
  noNulls,
  sameTotal,
  since,
  sql,
  table,
  uniqueKey,
  zeroSum,
} from '@daybook/core';
import type { Ledger } from '../ledger.ts';
import { daysOfMonth } from '../ledger.ts';
import type { AccountStatisticsTask } from './account-statistics.ts';

/** Which accounts are the exchange's own; all others are customers'. */
export interface Owners {
  readonly houseAccounts: readonly bigint[];
  readonly internalAccounts: readonly bigint[];
}

const summaryTable = table(
  {
    owner: 'string',
    currency: 'string',
    kind: 'string',
    postings: 'bigint',
    accounts: 'bigint',
    credits: 'decimal(18,2)',
    debits: 'decimal(18,2)',
    net: 'decimal(18,2)',
  },
  { orderBy: ['owner', 'currency', 'kind'] },
);

const summaryControls = [
  noNulls('credits', 'debits', 'net'),
  uniqueKey('owner', 'currency', 'kind'),
  everyRow('net-is-credits-less-debits', sql`credits >= 0 AND debits >= 0 AND credits - debits = net`),
  everyRow('accounts-fit-the-postings', sql`accounts >= 1 AND accounts <= postings`),
  sameTotal('statistics.postings', 'output.postings', { by: ['currency', 'kind'] }),
  sameTotal('statistics.credits', 'output.credits', { by: ['currency', 'kind'] }),
  sameTotal('statistics.debits', 'output.debits', { by: ['currency', 'kind'] }),
  zeroSum('net', { by: ['currency'] }),
] as const;

/** First to accounts, so that one with postings on several days counts once; then to owners. */
function summaryOf({ houseAccounts, internalAccounts }: Owners) {
  return sql`
    SELECT
      owner, currency, kind,
      CAST(SUM(postings) AS BIGINT) AS postings,
      COUNT(*) AS accounts,
      TRY_CAST(SUM(credits) AS DECIMAL(18,2)) AS credits,
      TRY_CAST(SUM(debits) AS DECIMAL(18,2)) AS debits,
      TRY_CAST(SUM(net) AS DECIMAL(18,2)) AS net
    FROM (
      SELECT
        CASE
          WHEN account_id IN (${houseAccounts}) THEN 'house'
          WHEN account_id IN (${internalAccounts}) THEN 'internal'
          ELSE 'customer'
        END AS owner,
        currency, kind,
        SUM(postings) AS postings, SUM(credits) AS credits, SUM(debits) AS debits, SUM(net) AS net
      FROM statistics
      GROUP BY account_id, currency, kind
    ) AS accounts
    GROUP BY owner, currency, kind`;
}

/** What customers, the house and the internal accounts did on a day, by currency and kind. */
export function accountingSummaryTask(ledgerStart: Day, owners: Owners, statistics: AccountStatisticsTask) {
  return defineTask({
    name: 'accounting-summary',
    params: { date: since(day, ledgerStart) },
    priority: 3,
    inputs: ({ date }) => ({ statistics: statistics({ date }) }),
    output: summaryTable,
    controls: summaryControls,
    job: summaryOf(owners),
  });
}

/** The same over a month; an account counts once, on however many days it has postings. */
export function monthlyAccountingSummaryTask(
  ledger: Ledger,
  owners: Owners,
  statistics: AccountStatisticsTask,
) {
  return defineTask({
    name: 'monthly-accounting-summary',
    params: { month: since(month, ledger.ledgerStart) },
    priority: 3,
    inputs: ({ month }) => ({ statistics: listOf(statistics, daysOfMonth(ledger, month)) }),
    output: summaryTable,
    controls: summaryControls,
    job: summaryOf(owners),
  });
}
