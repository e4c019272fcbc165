import { accountingTasks, fileExchange } from '@daybook/reports-accounting';
import { largeWithdrawalsTask } from './large-withdrawals.ts';

/** All tasks of this project, on the postings that the exchange leaves in `folder`: one file a day. */
export function tasksOf(folder: string) {
  const accounting = accountingTasks({
    exchange: fileExchange({ folder }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: '2018-07-01',
  });
  return { ...accounting, largeWithdrawals: largeWithdrawalsTask(accounting) };
}
