import { booksOf, type Books, type BooksOptions } from './books.ts';
import { addDays, dayAt, isDay } from './calendar.ts';
import { dayOf, dayPostings, mostLateTransactions, type Day } from './day.ts';
import { SimulatorError } from './errors.ts';
import type { Posting } from './posting.ts';
import { randomStream } from './random.ts';
import { totalsCache, type DayTotals } from './totals.ts';

/** What an exchange is made from. */
export interface ExchangeOptions extends BooksOptions {
  /** The clock's day; days before it are closed. Default: the real day in UTC, moving on with it. */
  readonly today?: string;
}

/**
 * An exchange: books by seed, a clock, and the late postings that came to closed days. What it serves is decided
 * by its options and by what it was told since. Methods with a `date` throw `day-not-closed` unless that day is
 * closed: from the first day on, before the clock's today.
 */
export interface Exchange {
  readonly books: Books;
  readonly today: () => string;
  /** Sets the clock, forward or back; it then stands until it is set again. */
  readonly setToday: (today: string) => void;
  readonly isClosed: (date: string) => boolean;
  /** The day as it is now; later changes make a new one. */
  readonly day: (date: string) => Day;
  readonly totals: (date: string) => Promise<DayTotals>;
  /** The totals of a day taken earlier. */
  readonly totalsOfDay: (day: Day) => Promise<DayTotals>;
  /** The postings after a sequence (default 0, all of them), made as they are read. */
  readonly postings: (date: string, after?: number) => Iterable<Posting>;
  /** Adds late transactions at the end of a closed day: its count and ETag change, no other day's do. */
  readonly addLate: (date: string, transactions: number) => Day;
  /** The late transactions that days were told to have, in order of date. Those of `lateShare` are not among them. */
  readonly told: () => readonly { readonly date: string; readonly transactions: number }[];
}

const rememberedDays = 1_000;

/** Makes an exchange. Throws `bad-option` with a sentence that names the option. */
export function createExchange(options: ExchangeOptions = {}): Exchange {
  const books = booksOf(options);
  const late = new Map<string, number>();
  const totalsOfDay = totalsCache(rememberedDays);
  let toldToday = options.today === undefined ? undefined : checkedToday(options.today);

  const today = () => toldToday ?? dayAt(Date.now());
  const isClosed = (date: string) => isDay(date) && date >= books.firstDay && date < today();
  const day = (date: string): Day => {
    if (!isClosed(date)) throw notClosed(books, date, today());
    return dayOf(books, date, (late.get(date) ?? 0) + lateByShare(books, date, today()));
  };
  return Object.freeze({
    books,
    today,
    setToday: (value: string) => {
      toldToday = checkedToday(value);
    },
    isClosed,
    day,
    totals: async (date: string) => await totalsOfDay(day(date)),
    totalsOfDay,
    postings: (date: string, after = 0) => dayPostings(day(date), after),
    addLate: (date: string, transactions: number) => {
      const before = day(date).lateTransactions;
      checkLate(transactions, mostLateTransactions - before);
      late.set(date, (late.get(date) ?? 0) + transactions);
      return day(date);
    },
    told: () =>
      [...late].sort(([a], [b]) => (a < b ? -1 : 1)).map(([date, transactions]) => ({ date, transactions })),
  });
}

/** One to five late transactions for the share of days that get some, once the clock is past the day after. */
function lateByShare(books: Books, date: string, today: string): number {
  if (books.lateShare === 0 || today <= addDays(date, 1)) return 0;
  const random = randomStream(`${books.seed}/${date}/late-share`);
  return random.unit() < books.lateShare ? 1 + random.below(5) : 0;
}

function checkLate(transactions: number, most: number): void {
  if (Number.isInteger(transactions) && transactions >= 1 && transactions <= most) return;
  throw new SimulatorError(
    'bad-option',
    `transactions is a whole number from 1 to ${most}, not ${transactions}.`,
  );
}

function checkedToday(today: string): string {
  if (isDay(today)) return today;
  throw new SimulatorError('bad-option', `today is a day such as 2018-07-25, not "${today}".`);
}

function notClosed(books: Books, date: string, today: string): SimulatorError {
  if (!isDay(date)) {
    return new SimulatorError('bad-option', `date is a day such as 2018-07-24, not "${date}".`);
  }
  const why =
    date < books.firstDay
      ? `The exchange has no books of ${date}: its first day is ${books.firstDay}.`
      : `${date} is not closed: the exchange's clock says ${today}. Move the clock past it.`;
  return new SimulatorError('day-not-closed', why);
}
