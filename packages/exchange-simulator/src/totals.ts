import { setImmediate } from 'node:timers/promises';
import { amountText } from './text.ts';
import { dayOf, postingBlocks, type Day } from './day.ts';
import type { Posting } from './posting.ts';

/** The totals of a day as the exchange gives them, on the wire and in `<date>.totals.json`. */
export interface DayTotals {
  readonly date: string;
  readonly count: number;
  /** Those with a posting, in order of code. */
  readonly currencies: readonly CurrencyTotals[];
}

/** Sums of one currency: magnitudes, never negative, as text with two decimals. */
export interface CurrencyTotals {
  readonly currency: string;
  readonly count: number;
  readonly credits: string;
  readonly debits: string;
}

/** Running sums by currency, in minor units: safe integers, since a day has at most 5 × 10^7 small amounts. */
export type Sums = Map<string, { count: number; creditsMinor: number; debitsMinor: number }>;

/** Adds postings to the sums, in place. */
export function addToSums(sums: Sums, postings: readonly Posting[]): void {
  for (const { currency, amountMinor } of postings) {
    let sum = sums.get(currency);
    if (sum === undefined) {
      sum = { count: 0, creditsMinor: 0, debitsMinor: 0 };
      sums.set(currency, sum);
    }
    sum.count += 1;
    if (amountMinor > 0) sum.creditsMinor += amountMinor;
    else sum.debitsMinor -= amountMinor;
  }
}

/** The sums in the shape of the wire. */
export function totalsOf(day: Day, sums: Sums): DayTotals {
  const currencies = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    date: day.date,
    count: day.count,
    currencies: currencies.map(([currency, sum]) => ({
      currency,
      count: sum.count,
      credits: amountText(sum.creditsMinor),
      debits: amountText(sum.debitsMinor),
    })),
  };
}

/**
 * Sums of days, remembered for the last `most` of them. A big day is read once, letting others have their turn
 * meanwhile; late postings are added to what is remembered.
 */
export function totalsCache(most: number): (day: Day) => Promise<DayTotals> {
  const remembered = new Map<string, Promise<Sums>>();
  return async (day) => {
    const base = remembered.get(day.date) ?? sumOf(dayOf(day.books, day.date, 0));
    remembered.delete(day.date);
    remembered.set(day.date, base);
    if (remembered.size > most) remembered.delete(remembered.keys().next().value!);
    const sums: Sums = new Map();
    for (const [currency, sum] of await base) sums.set(currency, { ...sum });
    for (const postings of postingBlocks(day, day.baseCount)) addToSums(sums, postings);
    return totalsOf(day, sums);
  };
}

async function sumOf(day: Day): Promise<Sums> {
  const sums: Sums = new Map();
  let blocks = 0;
  for (const postings of postingBlocks(day)) {
    addToSums(sums, postings);
    blocks += 1;
    if (blocks % 16 === 0) await setImmediate();
  }
  return sums;
}
