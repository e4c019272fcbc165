import { daysBetween } from '@daybook/core';
import type { SeededRandom } from '@daybook/core/testing';
import { seededRandom } from '@daybook/core/testing';
import { postingKinds } from '../src/kinds.ts';
import type { BookPosting } from './books.ts';

/** Books that a seed decides: from the last three days of a month into the next. */
export interface RandomBooks {
  readonly openingBalances: readonly string[] | undefined;
  readonly days: ReadonlyMap<string, readonly BookPosting[]>;
  /** Postings of the last day of the month that come late. */
  readonly late: readonly BookPosting[];
  /** The same books, the postings of each day in another order. */
  shuffled(): ReadonlyMap<string, readonly BookPosting[]>;
}

export const firstDay = '2018-01-29';
export const lateDay = '2018-01-31';
export const leastId = '-9223372036854775808';
export const mostId = '9223372036854775807';
export const mostAmount = '9999999999999999.99';

const accounts = [1, 2, 3, 1001, 1002, 1003, 1004, leastId, mostId];
const currencies = ['EUR', 'GBP', 'USD'];

export function randomBooks(seed: number, lastDay: string): RandomBooks {
  const random = seededRandom(seed);
  let transactions = 0;
  const some = (most: number): readonly BookPosting[] =>
    Array.from({ length: random.below(most + 1) }, () => transactionOf(random, (transactions += 1))).flat();
  const days = new Map(daysBetween(firstDay, lastDay).map((date) => [date, random.oneIn(3) ? [] : some(8)]));
  // The most that an account can have, for a while, between the least id and the most.
  const extreme = (
    transaction: number,
    kind: string,
    giver: string,
    taker: string,
  ): readonly BookPosting[] => [
    { transaction, account: giver, kind, amount: `-${mostAmount}`, currency: 'XTS' },
    { transaction, account: taker, kind, amount: mostAmount, currency: 'XTS' },
  ];
  days.set(lateDay, [...some(8), ...extreme(-1, 'deposit', leastId, mostId)]);
  days.set('2018-02-01', [...extreme(-2, 'withdrawal', mostId, leastId), ...some(8)]);
  return {
    openingBalances:
      seed % 4 === 0
        ? undefined
        : ['1001,EUR,12.5', `${leastId},EUR,-12.50`, '1009,GBP,0', '1,USD,-0.01', '2,USD,0.01'],
    days,
    late: [...some(8), ...transactionOf(random, (transactions += 1))],
    shuffled: () => new Map([...days].map(([date, postings]) => [date, random.shuffled(postings)])),
  };
}

/** Two to four postings that sum to zero in each currency, of any accounts and kinds: an account may be there twice. */
function transactionOf(random: SeededRandom, transaction: number): readonly BookPosting[] {
  const currency = random.pick(currencies);
  const amounts = Array.from({ length: 1 + random.below(3) }, () => amountOf(random));
  const rest = -amounts.reduce((sum, amount) => sum + amount, 0n);
  return [...amounts, rest].map((minor) => ({
    transaction,
    account: random.pick(accounts),
    kind: random.pick(postingKinds),
    amount: textOf(minor, random),
    currency,
  }));
}

function amountOf(random: SeededRandom): bigint {
  return BigInt(random.pick([0, 1, -1, 50, -1000, random.below(10_000_000), -random.below(10_000_000)]));
}

/** Any of the forms that an amount may have: `-12.5` and `-12.50` are the same. */
function textOf(minor: bigint, random: SeededRandom): string {
  const text = money(minor);
  if (text.endsWith('.00') && random.oneIn(2)) return text.slice(0, -3);
  return text.endsWith('0') && random.oneIn(2) ? text.slice(0, -1) : text;
}

/** An amount in minor units as text with two decimals. */
export function money(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Text of an amount in minor units. */
export function minorOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const minor = BigInt(whole + fraction.padEnd(2, '0'));
  return text.startsWith('-') ? -minor : minor;
}
