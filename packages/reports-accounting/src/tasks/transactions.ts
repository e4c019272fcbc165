import type { Day, FetchContext } from '@daybook/core';
import { day, defineTask, everyRow, inSequence, noRows, param, since, sql, table } from '@daybook/core';
import type { Exchange } from '../exchange/exchange.ts';
import { allCurrencies } from '../exchange/totals.ts';
import { rawPostings } from './raw-postings.ts';

const askTheExchange = 'Ask the exchange to correct the day; the next run fetches it again';

/** The figures of the exchange beside those of the postings, in each currency and for the day where they differ. */
const differencesFromTotals = sql`
  SELECT
    COALESCE(expected.currency, found.currency) AS currency,
    COALESCE(expected.count, 0) AS count_expected, COALESCE(found.postings, 0) AS count_found,
    COALESCE(expected.credits, 0) AS credits_expected, COALESCE(found.credits, 0) AS credits_found,
    COALESCE(expected.debits, 0) AS debits_expected, COALESCE(found.debits, 0) AS debits_found
  FROM expected
  FULL JOIN (
    SELECT
      currency,
      COUNT(*) AS postings,
      SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS credits,
      SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS debits
    FROM output
    GROUP BY currency
    UNION ALL
    SELECT currency, (SELECT COUNT(*) FROM output), 0, 0
    FROM expected
    WHERE currency = ${allCurrencies}
  ) AS found ON found.currency = expected.currency
  WHERE COALESCE(expected.count, 0) <> COALESCE(found.postings, 0)
    OR COALESCE(expected.credits, 0) <> COALESCE(found.credits, 0)
    OR COALESCE(expected.debits, 0) <> COALESCE(found.debits, 0)`;

/** Transactions that do not balance, and the sequences between which their postings are. */
const notBalanced = sql`
  SELECT
    output.transaction_id, output.currency, unbalanced.sum_is_not_zero,
    MIN(output.sequence) AS first_sequence, MAX(output.sequence) AS last_sequence
  FROM (
    SELECT transaction_id, currency, SUM(amount) AS sum_is_not_zero
    FROM output
    GROUP BY transaction_id, currency
    HAVING SUM(amount) <> 0
  ) AS unbalanced
  JOIN output ON output.transaction_id = unbalanced.transaction_id AND output.currency = unbalanced.currency
  GROUP BY output.transaction_id, output.currency, unbalanced.sum_is_not_zero`;

/** The postings of each day as the exchange has them: fetched, checked record by record, and controlled. */
export function transactionsTask(ledgerStart: Day, exchange: Exchange) {
  const formats = exchange.formats.map((format) => [format, rawPostings(format)] as const);
  return defineTask({
    name: 'transactions',
    params: { date: since(day, ledgerStart) },
    refetch: { days: 2 },
    output: table(
      {
        sequence: 'bigint',
        transaction_id: 'bigint',
        account_id: 'bigint',
        kind: 'string',
        amount: 'decimal(18,2)',
        currency: 'string',
        market_id: 'bigint',
        occurred_at: 'timestamp',
      },
      { orderBy: ['sequence'] },
    ),
    controls: [
      inSequence('sequence', {
        remedy: `The sequence must count 1, 2, 3 … without a gap, a repeat or disorder. ${askTheExchange}.`,
      }),
      everyRow(
        'within-the-day',
        sql`occurred_at >= CAST(${param('date')} AS TIMESTAMP) AND occurred_at < CAST(${param('date')} AS TIMESTAMP) + INTERVAL '1' DAY`,
        { remedy: `A posting belongs to the day (in UTC) at which it occurred. ${askTheExchange}.` },
      ),
      noRows('matches-exchange-totals', differencesFromTotals, {
        remedy: `The postings are not those that the exchange counted and summed. Ask the exchange to correct the day or its totals; the next run fetches it again.`,
      }),
      noRows('transactions-balance', notBalanced, {
        remedy: `The postings of a transaction must sum to zero in each currency. ${askTheExchange}.`,
      }),
    ],
    job: {
      kind: 'load',
      version: '1',
      formats: Object.fromEntries(formats),
      expected: { currency: 'string', count: 'bigint', credits: 'decimal(38,2)', debits: 'decimal(38,2)' },
      fetch: async (context: FetchContext) => await exchange.fetch(String(context.values['date']), context),
    },
  });
}

/** The definition of `transactions`, with its parameters and columns. */
export type TransactionsTask = ReturnType<typeof transactionsTask>;
