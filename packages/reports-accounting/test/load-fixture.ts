import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TaskEnd } from '@daybook/core';
import { addDays } from '@daybook/core';
import type { Books } from './books.ts';

/** The raw fields of one posting; undefined leaves a field out. */
export type RawPosting = Readonly<Record<string, unknown>>;

let days = 0;

/** A day of July or later that no other test of this file has. */
export function newDate(): string {
  days += 1;
  return addDays('2018-06-30', days);
}

/** A posting at noon that balances with the others of `balanced`. */
export function posting(date: string, sequence: number, change: RawPosting = {}): RawPosting {
  return {
    sequence,
    transaction_id: Math.ceil(sequence / 2),
    account_id: 1000 + sequence,
    kind: 'stake',
    amount: sequence % 2 === 0 ? '-5.00' : '5.00',
    currency: 'EUR',
    market_id: 7,
    occurred_at: `${date}T12:00:00Z`,
    ...change,
  };
}

/** Postings 1 to `count`, one of them changed. */
export function postings(
  date: string,
  count: number,
  changed: Readonly<Record<number, RawPosting>> = {},
): readonly RawPosting[] {
  return Array.from({ length: count }, (_, index) => posting(date, index + 1, changed[index + 1]));
}

export function ndjson(records: readonly RawPosting[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

export function csv(records: readonly RawPosting[], names = Object.keys(records[0] ?? {})): string {
  const cell = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
  const lines = records.map((record) => names.map((name) => cell(record[name])).join(','));
  return [names.join(','), ...lines].map((line) => `${line}\n`).join('');
}

/** Puts a file of the exchange into place; packed where the name ends in `.gz`. */
export function put(books: Books, name: string, content: string | Buffer): void {
  const bytes = name.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content;
  writeFileSync(join(books.folder, 'exchange', name), bytes);
}

/** How loading a day ended. */
export async function load(books: Books, date: string): Promise<TaskEnd> {
  const { tasks } = await books.run('2019-12-31', books.task('transactions', { date }));
  const [only] = tasks;
  if (only === undefined) throw new Error(`transactions/date=${date} did not run.`);
  return only.end;
}

/** The message with which loading a day failed as unreadable. */
export async function refusal(books: Books, date: string): Promise<string> {
  const end = await load(books, date);
  if (end.kind !== 'failed' || end.error.code !== 'input-unreadable')
    throw new Error(`The day ended otherwise: ${JSON.stringify(end)}`);
  return end.error.message;
}
