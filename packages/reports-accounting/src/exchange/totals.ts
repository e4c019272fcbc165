import type { Day, ExpectedRow } from '@daybook/core';
import { DaybookError } from '@daybook/core';

/** What an exchange says of one day: how many postings there are, and in each currency how many and how much. */
export interface DayTotals {
  readonly date: Day;
  readonly count: number;
  readonly currencies: readonly CurrencyTotals[];
}

/**
 * The postings in one currency: their number, and the sums of their credits and debits, never negative, as text. A sum may have
 * more digits than an amount.
 */
export interface CurrencyTotals {
  readonly currency: string;
  readonly count: number;
  readonly credits: string;
  readonly debits: string;
}

/**
 * Reads a totals document strictly. `where` names it in messages. Throws `input-unreadable` with what is wrong and what to
 * do; unknown fields are ignored.
 */
export function parseTotals(json: string, date: Day, where: string): DayTotals {
  const refuse = (why: string): never => {
    throw new DaybookError(
      'input-unreadable',
      `The totals ${where} cannot be read: ${why}. Have the exchange correct them, then run again.`,
    );
  };
  const given = objectOf(parseJson(json, refuse), 'the document', refuse);
  if (given['date'] !== date) refuse(`date is ${shown(given['date'])} and not "${date}"`);
  const count = countOf(given['count'], 'count', refuse);
  const { currencies: list } = given;
  if (!Array.isArray(list)) return refuse(`currencies is ${shown(list)} and not a list`);
  const currencies = list.map((each, index) => currencyOf(each, `currencies[${index}]`, refuse));
  const repeated = currencies.find(({ currency }, index) =>
    currencies.slice(0, index).some((earlier) => earlier.currency === currency),
  );
  if (repeated !== undefined) refuse(`the currency ${repeated.currency} is there twice`);
  return { date, count, currencies };
}

/** What stands for the currency in the row of the day's own count: no currency is written so. */
export const allCurrencies = 'all';

/** The totals as rows of the side table `expected`: one a currency, and one with the count of the day, which has no sums. */
export function expectedRows(totals: DayTotals): readonly ExpectedRow[] {
  const rows = totals.currencies.map(({ currency, count, credits, debits }) => ({
    currency,
    count,
    credits,
    debits,
  }));
  return [...rows, { currency: allCurrencies, count: totals.count, credits: null, debits: null }];
}

type Refuse = (why: string) => never;

function parseJson(json: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return refuse(`${shown(json)} is not JSON`);
  }
}

function currencyOf(value: unknown, at: string, refuse: Refuse): CurrencyTotals {
  const given = objectOf(value, at, refuse);
  const { currency } = given;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    return refuse(`${at}.currency is ${shown(currency)} and not three capital letters`);
  return {
    currency,
    count: countOf(given['count'], `${at}.count`, refuse),
    credits: amountOf(given['credits'], `${at}.credits`, refuse),
    debits: amountOf(given['debits'], `${at}.debits`, refuse),
  };
}

function objectOf(value: unknown, at: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${at} is ${shown(value)} and not an object`);
  return value as Readonly<Record<string, unknown>>;
}

function countOf(value: unknown, at: string, refuse: Refuse): number {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(`${at} is ${shown(value)} and not a whole number from 0 on`);
}

function amountOf(value: unknown, at: string, refuse: Refuse): string {
  return typeof value === 'string' && /^\d{1,36}(\.\d{1,2})?$/.test(value)
    ? value
    : refuse(`${at} is ${shown(value)} and not an amount as text that is not negative, such as "12.30"`);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
