import { day, defineTask, everyRow, sql, table, uniqueKey } from '@daybook/core';
import type { accountingTasks } from '@daybook/reports-accounting';

type Accounting = ReturnType<typeof accountingTasks>;

/** The withdrawals of a day that a person looks at: those of 1,000.00 or more, in whatever currency. */
export function largeWithdrawalsTask({ transactions }: Pick<Accounting, 'transactions'>) {
  return defineTask({
    name: 'large-withdrawals',
    params: { date: day },
    inputs: ({ date }) => ({ transactions: transactions({ date }) }),
    output: table(
      {
        transaction_id: 'bigint',
        account_id: 'bigint',
        amount: 'decimal(18,2)',
        currency: 'string',
        occurred_at: 'timestamp',
      },
      { orderBy: ['account_id', 'transaction_id'] },
    ),
    // What does not hold here is not published.
    controls: [uniqueKey('transaction_id', 'account_id'), everyRow('amount-is-large', sql`amount >= 1000`)],
    // A withdrawal takes from the customer's account; its other side, in client money, is a credit.
    job: sql`
      SELECT transaction_id, account_id, CAST(-amount AS DECIMAL(18,2)) AS amount, currency, occurred_at
      FROM transactions
      WHERE kind = 'withdrawal' AND amount <= -1000`,
  });
}
