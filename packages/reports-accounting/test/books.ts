import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckedConfig, RunResult, Target, Task, TaskDefinition, Values } from '@daybook/core';
import { checkConfig, defineConfig, definitionOf, manifestStore, run } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { accounting, fileExchange } from '../src/index.ts';

/** One posting as its exchange writes it; the sequence is counted when the day is written. */
export interface BookPosting {
  readonly transaction: number;
  /** Text where a number is not exact. */
  readonly account: number | string;
  readonly kind: string;
  readonly amount: string;
  readonly currency: string;
  readonly at?: string;
}

export interface BooksOptions {
  readonly ledgerStart: string;
  readonly houseAccounts?: readonly number[];
  readonly internalAccounts?: readonly number[];
  /** Lines of `account_id,currency,balance`. */
  readonly openingBalances?: readonly string[];
  /** Default: a folder. */
  readonly targets?: Target;
}

/** A folder of its own with an exchange's files, and the accounting tasks over them. */
export interface Books {
  readonly folder: string;
  readonly config: CheckedConfig;
  writeDay(date: string, postings: readonly BookPosting[]): void;
  task(name: string, values: Values): Task;
  run(today: string, ...tasks: readonly Task[]): Promise<RunResult>;
  /** The text of the one file of a published output. */
  text(name: string, values: Values): Promise<string>;
  /** The rows of a published table as objects of text. */
  rows(name: string, values: Values): Promise<readonly Readonly<Record<string, string | null>>[]>;
  remove(): void;
}

export function openBooks(options: BooksOptions): Books {
  const folder = mkdtempSync(join(tmpdir(), 'books-'));
  const exchange = join(folder, 'exchange');
  mkdirSync(exchange);
  const openingBalances = join(folder, 'opening-balances.csv');
  if (options.openingBalances !== undefined) {
    writeFileSync(
      openingBalances,
      `account_id,currency,balance\n${options.openingBalances.map((line) => `${line}\n`).join('')}`,
    );
  }
  const runner = localRunner({ isolation: 'none' });
  const tasks = accounting({
    exchange: fileExchange({ folder: exchange }),
    houseAccounts: options.houseAccounts ?? [1],
    internalAccounts: options.internalAccounts ?? [2, 3],
    ledgerStart: options.ledgerStart,
    ...(options.openingBalances === undefined ? {} : { openingBalances }),
  });
  const targets = options.targets ?? fileTargets({ root: join(folder, 'data') });
  const config = checkConfig(defineConfig({ targets, runners: [runner], tasks }), 'books');
  const task = (name: string, values: Values): Task =>
    (definitionOf(config, name) as TaskDefinition)(values as never);
  const published = async (name: string, values: Values) => {
    const stored = await manifestStore(targets).current(task(name, values).id);
    if (stored === undefined) throw new Error(`${task(name, values).id} was never published.`);
    return stored.manifest;
  };
  return {
    folder,
    config,
    writeDay: (date, postings) =>
      writeFileSync(join(exchange, `${date}.ndjson`), postings.map(lineOf(date)).join('')),
    task,
    run: (today, ...roots) => run({ config, roots, today, workers: 2 }),
    text: async (name, values) => {
      const { parts } = await published(name, values);
      const chunks: Uint8Array[] = [];
      for (const part of parts) for await (const chunk of targets.read(part)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    rows: async (name, values) => {
      const { parts, output } = await published(name, values);
      const names = output.kind === 'table' ? output.columns.map(([column]) => column) : [];
      const rows: Record<string, string | null>[] = [];
      for await (const lines of runner.readRows?.(targets, parts, output, { orderBy: names, as: 'json' }) ??
        []) {
        for (const line of lines) {
          const cells = JSON.parse(line) as (string | null)[];
          rows.push(Object.fromEntries(names.map((column, index) => [column, cells[index] ?? null])));
        }
      }
      return rows;
    },
    remove: () => {
      void runner.close?.();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes the postings of a day as lines of NDJSON, in their order. */
export function lineOf(date: string): (posting: BookPosting, index: number) => string {
  return ({ transaction, account, kind, amount, currency, at }, index) =>
    `${JSON.stringify({
      sequence: index + 1,
      transaction_id: transaction,
      account_id: account,
      kind,
      amount,
      currency,
      occurred_at: at ?? `${date}T12:00:00Z`,
    })}\n`;
}
