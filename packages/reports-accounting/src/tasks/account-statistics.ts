import type { Day } from '@daybook/core';
import {
  day,
  defineTask,
  everyRow,
  noNulls,
  noRows,
  sameTotal,
  since,
  sql,
  table,
  uniqueKey,
  zeroSum,
} from '@daybook/core';
import type { TransactionsTask } from './transactions.ts';

/**
 * Counts and sums in each currency, of the transactions and of the statistics made from them. Sums of signed amounts alone
 * would prove little: they are zero on both sides.
 */
const lostOrDoubled = sql`
  SELECT
    currency,
    SUM(postings_in) AS postings_in, SUM(postings_out) AS postings_out,
    SUM(credits_in) AS credits_in, SUM(credits_out) AS credits_out,
    SUM(debits_in) AS debits_in, SUM(debits_out) AS debits_out
  FROM (
    SELECT
      currency,
      COUNT(*) AS postings_in, 0 AS postings_out,
      SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS credits_in, 0 AS credits_out,
      SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS debits_in, 0 AS debits_out
    FROM transactions
    GROUP BY currency
    UNION ALL
    SELECT currency, 0, SUM(postings), 0, SUM(credits), 0, SUM(debits)
    FROM output
    GROUP BY currency
  ) AS sides
  GROUP BY currency
  HAVING SUM(postings_in) <> SUM(postings_out)
    OR SUM(credits_in) <> SUM(credits_out)
    OR SUM(debits_in) <> SUM(debits_out)`;

/** What each account did on a day, by currency and kind. */
export function accountStatisticsTask(ledgerStart: Day, transactions: TransactionsTask) {
  return defineTask({
    name: 'account-statistics',
    params: { date: since(day, ledgerStart) },
    priority: 1,
    inputs: ({ date }) => ({ transactions: transactions({ date }) }),
    output: table(
      {
        account_id: 'bigint',
        currency: 'string',
        kind: 'string',
        postings: 'bigint',
        credits: 'decimal(18,2)',
        debits: 'decimal(18,2)',
        net: 'decimal(18,2)',
      },
      { orderBy: ['account_id', 'currency', 'kind'] },
    ),
    controls: [
      noNulls('credits', 'debits', 'net'),
      uniqueKey('account_id', 'currency', 'kind'),
      everyRow('net-is-credits-less-debits', sql`credits >= 0 AND debits >= 0 AND credits - debits = net`),
      noRows('no-posting-lost-or-doubled', lostOrDoubled),
      sameTotal('transactions.amount', 'output.net', { by: ['currency', 'kind'] }),
      zeroSum('net', { by: ['currency'] }),
    ],
    job: sql`
      SELECT
        account_id, currency, kind,
        COUNT(*) AS postings,
        TRY_CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS DECIMAL(18,2)) AS credits,
        TRY_CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS DECIMAL(18,2)) AS debits,
        TRY_CAST(SUM(amount) AS DECIMAL(18,2)) AS net
      FROM transactions
      GROUP BY account_id, currency, kind`,
  });
}

/** The definition of `account-statistics`, with its parameters and columns. */
export type AccountStatisticsTask = ReturnType<typeof accountStatisticsTask>;
