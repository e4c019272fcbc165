import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task, TaskDefinition, Values } from '@daybook/core';
import { daysBetween } from '@daybook/core';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { firstDay, randomBooks } from '../../../reports-accounting/test/random-books.ts';
import { lineOf } from '../../../reports-accounting/test/books.ts';
import type { Home, Recorded } from './recorded.ts';

const lastDay = '2018-02-01';
const month = '2018-01';

/** Makes all tables of the accounts over books that a seed decides, in a home of their own, and tells the works that are SQL. */
export async function ledgerWorks(home: Home, seed: number): Promise<readonly Recorded[]> {
  const { days, openingBalances } = randomBooks(seed, lastDay);
  const exchange = join(home.folder, 'exchange');
  mkdirSync(exchange);
  for (const [date, postings] of days)
    writeFileSync(join(exchange, `${date}.ndjson`), postings.map(lineOf(date)).join(''));
  const balances = join(home.folder, 'opening-balances.csv');
  writeFileSync(balances, ['account_id,currency,balance', ...(openingBalances ?? []), ''].join('\n'));
  const tasks = accounting({
    exchange: fileExchange({ folder: exchange }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: firstDay,
    ...(openingBalances === undefined ? {} : { openingBalances: balances }),
  });
  const task = (name: string, values: Values): Task => {
    const found = tasks.find(({ taskName }) => taskName === name);
    if (found === undefined) throw new Error(`There is no task ${name}.`);
    return (found as unknown as TaskDefinition)(values as never);
  };
  const roots = daysBetween(firstDay, lastDay).flatMap((date) => [
    task('house-accounting-report', { date }),
    task('accounting-summary', { date }),
  ]);
  const monthly = ['monthly-house-accounting-report', 'monthly-accounting-summary'];
  const made = await home.make(tasks, [...roots, ...monthly.map((name) => task(name, { month }))]);
  return made.filter(({ work }) => work.job.kind === 'sql');
}
