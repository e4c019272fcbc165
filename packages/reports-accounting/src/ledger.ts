import type { Day, Month } from '@daybook/core';
import { addDays, daysBetween, firstDayOf, lastDayOf, monthOf, monthsBetween } from '@daybook/core';

/** The first day of the books, and whether balances were brought into them. */
export interface Ledger {
  readonly ledgerStart: Day;
  readonly hasOpeningBalances: boolean;
}

/** What a month opens with: the balances of the day before it, or those brought into the books, or nothing. */
export interface MonthOpening {
  readonly before: readonly { readonly date: Day }[];
  readonly opening: readonly Record<string, never>[];
}

/** The days of a month from the first day of the books on, `through` a day of it or to its end. */
export function daysOfMonth(
  ledger: Ledger,
  month: Month,
  through: Day = lastDayOf(month),
): readonly { readonly date: Day }[] {
  const first = firstDayOf(month);
  return daysBetween(first < ledger.ledgerStart ? ledger.ledgerStart : first, through).map((date) => ({
    date,
  }));
}

/** What the balances of a month open with. */
export function openingOf(ledger: Ledger, month: Month): MonthOpening {
  if (month === monthOf(ledger.ledgerStart))
    return { before: [], opening: ledger.hasOpeningBalances ? [{}] : [] };
  return { before: [{ date: addDays(firstDayOf(month), -1) }], opening: [] };
}

/** The months of the books that have ended by a day. */
export function monthsEndedBy(ledger: Ledger, through: Day): readonly { readonly month: Month }[] {
  return monthsBetween(monthOf(ledger.ledgerStart), monthOf(through))
    .filter((month) => lastDayOf(month) <= through)
    .map((month) => ({ month }));
}
