import { isDay } from './calendar.ts';
import { SimulatorError } from './errors.ts';
import { mix32, randomStream } from './random.ts';

/** What decides every byte of the books. All optional: what is left out has the default that is named. */
export interface BooksOptions {
  /** Any text or number; the same seed is the same exchange. Default `1`. */
  readonly seed?: string | number;
  /** The first day that has books; a day before it is not served. Default `2018-07-01`. */
  readonly firstDay?: string;
  /** Postings of a day before any late ones: 0, or 2 to 50,000,000. Default 10,000. */
  readonly postingsPerDay?: number;
  /** By what share days differ from `postingsPerDay`, up or down: 0 to 1. Default 0, all days alike. */
  readonly variation?: number;
  /** How many customers have an account: 1 to 50,000,000. Default 2,000. */
  readonly customers?: number;
  /** Currencies and their weights: how many customers have it as home currency. Default EUR 5, GBP 3, USD 2. */
  readonly currencies?: Readonly<Record<string, number>>;
  /** The probability that a day gets late postings two days after it. 0 to 1. Default 0. */
  readonly lateShare?: number;
}

/** Options with every default filled in and every value checked. */
export interface Books {
  readonly seed: string;
  readonly firstDay: string;
  readonly postingsPerDay: number;
  readonly variation: number;
  readonly customers: number;
  readonly currencies: readonly string[];
  readonly lateShare: number;
  /** For each currency, the 32-bit digest below which an account has it. The last is 2^32. */
  readonly currencyBounds: readonly number[];
  readonly currencySalt: number;
  /** What the postings of a day hang on, as text: part of every key and every ETag. */
  readonly identity: string;
}

const most = 50_000_000;

/** Checks the options and fills in the defaults. Throws `bad-option` with a sentence that names the option. */
export function booksOf(options: BooksOptions): Books {
  const seed = String(options.seed ?? 1);
  const firstDay = options.firstDay ?? '2018-07-01';
  const postingsPerDay = options.postingsPerDay ?? 10_000;
  const variation = options.variation ?? 0;
  const customers = options.customers ?? 2_000;
  const lateShare = options.lateShare ?? 0;
  mustHold(isDay(firstDay), `firstDay is a day such as 2018-07-01, not "${firstDay}".`);
  mustHold(
    isCount(postingsPerDay, 0) && postingsPerDay !== 1,
    `postingsPerDay is 0 or from 2 to ${most}, not ${postingsPerDay}: one posting alone cannot balance.`,
  );
  mustHold(isShare(variation), `variation is a share from 0 to 1, not ${variation}.`);
  mustHold(isCount(customers, 1), `customers is from 1 to ${most}, not ${customers}.`);
  mustHold(isShare(lateShare), `lateShare is a probability from 0 to 1, not ${lateShare}.`);
  const weights = currencyWeights(options.currencies ?? { EUR: 5, GBP: 3, USD: 2 });
  return Object.freeze({
    seed,
    firstDay,
    postingsPerDay,
    variation,
    customers,
    lateShare,
    currencies: weights.map(([currency]) => currency),
    currencyBounds: boundsOf(weights.map(([, weight]) => weight)),
    currencySalt: randomStream(`${seed}/currencies`).below(2 ** 32),
    identity: JSON.stringify([seed, postingsPerDay, variation, customers, weights]),
  });
}

/** The home currency of a customer, given by index from 0. */
export function homeCurrency(books: Books, customer: number): string {
  const digest = mix32(customer, books.currencySalt);
  let at = 0;
  while (digest >= books.currencyBounds[at]!) at += 1;
  return books.currencies[at]!;
}

/** How many postings a day has before any late ones: never 1. */
export function baseCount(books: Books, date: string): number {
  const { postingsPerDay, variation } = books;
  if (variation === 0) return postingsPerDay;
  const swing = 2 * randomStream(`${books.seed}/${date}/count`).unit() - 1;
  const count = Math.min(most, Math.round(postingsPerDay * (1 + variation * swing)));
  return count === 1 ? 2 : count;
}

function currencyWeights(currencies: Readonly<Record<string, number>>): [string, number][] {
  const weights = Object.entries(currencies).sort(([a], [b]) => (a < b ? -1 : 1));
  mustHold(weights.length > 0, 'currencies names at least one currency, such as { EUR: 1 }.');
  for (const [currency, weight] of weights) {
    mustHold(
      /^[A-Z]{3}$/.test(currency),
      `currencies: "${currency}" is not three capital letters such as EUR.`,
    );
    mustHold(
      Number.isFinite(weight) && weight > 0,
      `currencies: the weight of ${currency} is a number above 0, not ${weight}.`,
    );
  }
  return weights;
}

function boundsOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let before = 0;
  return weights.map((weight, at) => {
    before += weight;
    return at === weights.length - 1 ? 2 ** 32 : Math.round((before / sum) * 2 ** 32);
  });
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function mustHold(holds: boolean, sentence: string): void {
  if (!holds) throw new SimulatorError('bad-option', sentence);
}
