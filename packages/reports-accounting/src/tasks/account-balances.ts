import {
  day,
  defineTask,
  everyRow,
  listOf,
  monthOf,
  noNulls,
  noRows,
  param,
  since,
  sql,
  table,
  uniqueKey,
  zeroSum,
} from '@daybook/core';
import type { Ledger } from '../ledger.ts';
import { daysOfMonth, openingOf } from '../ledger.ts';
import type { AccountStatisticsTask } from './account-statistics.ts';
import type { OpeningBalancesTask } from './opening-balances.ts';

/**
 * What moved each account up to the day (`carried`) and on it (`posted`). The inputs are the balances that the month opened
 * with and the statistics of its days, so that late postings of a day reach the balances of its month's later days directly.
 */
const movements = sql`
    SELECT account_id, currency, closing_balance AS carried, CAST(0 AS DECIMAL(18,2)) AS posted, 0 AS postings
    FROM before
    UNION ALL
    SELECT account_id, currency, balance, CAST(0 AS DECIMAL(18,2)), 0
    FROM opening
    UNION ALL
    SELECT
      account_id, currency,
      CASE WHEN date < ${param('date')} THEN net ELSE 0 END,
      CASE WHEN date = ${param('date')} THEN net ELSE 0 END,
      CASE WHEN date = ${param('date')} THEN postings ELSE 0 END
    FROM statistics`;

/** Accounts whose balances are not what was carried to the day and posted on it: wrong, left out or invented. */
const notRolledForward = sql`
  SELECT
    account_id, currency,
    SUM(carried) AS carried, SUM(opening_balance) AS opening_balance,
    SUM(posted) AS posted, SUM(net) AS net
  FROM (
    SELECT account_id, currency, carried, posted, CAST(0 AS DECIMAL(18,2)) AS opening_balance, CAST(0 AS DECIMAL(18,2)) AS net
    FROM (${movements}
    ) AS movements
    UNION ALL
    SELECT account_id, currency, 0, 0, opening_balance, net
    FROM output
  ) AS sides
  GROUP BY account_id, currency
  HAVING SUM(carried) <> SUM(opening_balance) OR SUM(posted) <> SUM(net)`;

const unaccounted = sql`
  SELECT posted.account_id, posted.currency, posted.postings
  FROM (
    SELECT account_id, currency, SUM(postings) AS postings
    FROM statistics
    WHERE date = ${param('date')}
    GROUP BY account_id, currency
  ) AS posted
  LEFT JOIN output ON output.account_id = posted.account_id AND output.currency = posted.currency
  WHERE output.account_id IS NULL`;

/** Each account's balance at the beginning and the end of a day, in each currency. */
export function accountBalancesTask(
  ledger: Ledger,
  statistics: AccountStatisticsTask,
  openingBalances: OpeningBalancesTask,
) {
  return defineTask({
    name: 'account-balances',
    params: { date: since(day, ledger.ledgerStart) },
    priority: 2,
    inputs: ({ date }, self) => {
      const { before, opening } = openingOf(ledger, monthOf(date));
      return {
        before: listOf(self, before),
        opening: listOf(openingBalances, opening),
        statistics: listOf(statistics, daysOfMonth(ledger, monthOf(date), date)),
      };
    },
    output: table(
      {
        account_id: 'bigint',
        currency: 'string',
        opening_balance: 'decimal(18,2)',
        net: 'decimal(18,2)',
        closing_balance: 'decimal(18,2)',
      },
      { orderBy: ['account_id', 'currency'] },
    ),
    controls: [
      noNulls('opening_balance', 'net', 'closing_balance'),
      uniqueKey('account_id', 'currency'),
      everyRow(
        'closing-is-opening-and-net',
        sql`CAST(opening_balance AS DECIMAL(38,2)) + net = closing_balance`,
      ),
      noRows('rolls-forward', notRolledForward, {
        remedy: 'An account must open a day with what it closed the day before with: report this as a bug.',
      }),
      noRows('every-account-with-a-posting', unaccounted),
      zeroSum('closing_balance', { by: ['currency'] }),
    ],
    job: sql`
      SELECT
        account_id, currency,
        TRY_CAST(SUM(carried) AS DECIMAL(18,2)) AS opening_balance,
        TRY_CAST(SUM(posted) AS DECIMAL(18,2)) AS net,
        TRY_CAST(SUM(carried) + SUM(posted) AS DECIMAL(18,2)) AS closing_balance
      FROM (${movements}
      ) AS movements
      GROUP BY account_id, currency
      HAVING SUM(postings) > 0 OR SUM(carried) <> 0`,
  });
}

/** The definition of `account-balances`, with its parameters and columns. */
export type AccountBalancesTask = ReturnType<typeof accountBalancesTask>;
