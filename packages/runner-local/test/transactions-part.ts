import { dirname, join } from 'node:path';
import type { Part, Range, Runner, Target, Task } from '@daybook/core';
import { defineTask, sameTotal, sql, table, uniqueKey } from '@daybook/core';
import type { MemoryTarget } from '@daybook/core/testing';
import { memoryTargets } from '@daybook/core/testing';
import { localRunner } from '../src/index.ts';
import type { Project } from './project.ts';
import { projectOf, temporaryFolder } from './project.ts';

/** What is told of each transaction. */
export const columns = {
  sequence: 'bigint',
  transaction_id: 'bigint',
  account_id: 'bigint',
  kind: 'string',
  amount: 'decimal(18,2)',
  currency: 'string',
  market_id: 'bigint',
  occurred_at: 'timestamp',
} as const;

/** A day of transactions as an exchange has them, of several row groups. */
export const transactions = defineTask({
  name: 'transactions',
  output: table(columns),
  job: sql`
    SELECT
      n AS sequence,
      4100000000 + n // 2 AS transaction_id,
      CAST(1 + (n * 7919 + (n * n) % 104729) % 60000 AS BIGINT) AS account_id,
      CASE n % 11 WHEN 0 THEN 'COMMISSION' WHEN 1 THEN 'DEPOSIT' WHEN 2 THEN 'WITHDRAWAL' ELSE 'SETTLEMENT' END AS kind,
      CAST(CAST((n * 104729) % 199999 - 99999 AS DECIMAL(18,0)) / 100 AS DECIMAL(18,2)) AS amount,
      CASE n % 7 WHEN 0 THEN 'GBP' WHEN 1 THEN 'AUD' ELSE 'EUR' END AS currency,
      CASE WHEN n % 11 < 3 THEN NULL ELSE CAST(170000000 + (n * n) % 30011 AS BIGINT) END AS market_id,
      TIMESTAMPTZ '2018-07-24 00:00:00+00' + to_milliseconds(n * 216 + (n * 7919) % 211) AS occurred_at
    FROM range(1, 400001) numbers(n)`,
});

/** What each account did, held against the transactions. */
export const statistics = defineTask({
  name: 'statistics',
  inputs: () => ({ transactions: transactions() }),
  output: table({
    account_id: 'bigint',
    currency: 'string',
    kind: 'string',
    postings: 'bigint',
    net: 'decimal(18,2)',
  }),
  controls: [
    uniqueKey('account_id', 'currency', 'kind'),
    sameTotal('transactions.amount', 'output.net', { by: ['currency'] }),
  ],
  job: sql`
    SELECT account_id, currency, kind, COUNT(*) AS postings, CAST(SUM(amount) AS DECIMAL(18,2)) AS net
    FROM transactions GROUP BY account_id, currency, kind`,
});

/** What was asked of a target: each read of a part, and how many bytes it gave. */
export interface Reading {
  readonly part: string;
  readonly ranges: readonly Range[] | undefined;
  bytes: number;
}

/** What is done to each piece of what is read. */
export type Change = ((chunk: Uint8Array) => void) | undefined;

export interface CountedTarget {
  readonly target: Target;
  readonly memory: MemoryTarget;
  readonly readings: Reading[];
  /** How many bytes were read since it was last asked. */
  taken(): number;
}

/** A target in memory that writes down what is read. `meddle` is told each read before it begins, and may change the bytes. */
export function countedTarget(
  meddle: (reading: Reading) => Change | Promise<Change> = () => undefined,
): CountedTarget {
  const memory = memoryTargets();
  const readings: Reading[] = [];
  const target: Target = {
    ...memory,
    async *read(part, ranges) {
      const reading = { part: part.path, ranges, bytes: 0 };
      readings.push(reading);
      const change = await meddle(reading);
      for await (const chunk of memory.read(part, ranges)) {
        // In pieces, as they come over a network.
        for (let start = 0; start < chunk.length; start += 50_000) {
          const piece = chunk.slice(start, start + 50_000);
          change?.(piece);
          reading.bytes += piece.length;
          yield piece;
        }
      }
    },
  };
  const taken = (): number => {
    const bytes = readings.reduce((sum, reading) => sum + reading.bytes, 0);
    readings.length = 0;
    return bytes;
  };
  return { target, memory, readings, taken };
}

/** A target in which the transactions are published, with nothing of them in any cache. */
export async function publishedTransactions(
  counted: CountedTarget = countedTarget(),
): Promise<CountedTarget & { readonly part: Part }> {
  const runner = localRunner({ isolation: 'none', threads: 2, cache: { bytes: 0 } });
  const project = projectOf([transactions], { target: counted.target, runner, root: 'none' });
  await project.run([transactions()]);
  const part = (await project.manifest(transactions())).parts[0];
  if (part === undefined) throw new Error('The transactions have no part.');
  counted.taken();
  return { ...counted, part };
}

/** The rows of a task's current version as lines of TSV, in order. */
export async function linesOf(project: Project, task: Task): Promise<readonly string[]> {
  const { parts, output } = await project.manifest(task);
  const orderBy = output.kind === 'table' ? output.columns.map(([name]) => name) : [];
  const lines: string[] = [];
  const rows = project.runner.readRows?.(project.target, parts, output, { orderBy, as: 'tsv' });
  for await (const some of rows ?? []) lines.push(...some);
  return lines;
}

/** A runner in this process with a cache in a folder of its own. */
export function cachedRunner(folder = join(temporaryFolder(), 'cache'), bytes = 1024 ** 3): Runner {
  return localRunner({ isolation: 'none', threads: 2, scratch: dirname(folder), cache: { folder, bytes } });
}
