import type { Options } from 'yargs';
import { SimulatorError } from '../errors.ts';
import type { ExchangeOptions } from '../exchange.ts';

/** The flags that decide the books, the same for serving and exporting. */
export const booksFlags = {
  seed: { type: 'string', default: '1', describe: 'Text or number; the same seed is the same exchange' },
  'first-day': { type: 'string', default: '2018-07-01', describe: 'The first day that has books' },
  today: {
    type: 'string',
    describe: "The clock's day; days before it are closed (default: the real day in UTC, moving on with it)",
  },
  'postings-per-day': {
    type: 'string',
    default: '10000',
    describe: 'Postings of a day: 0, or 2 to 50000000',
  },
  variation: { type: 'string', default: '0', describe: 'By what share days differ in size, 0 to 1' },
  customers: { type: 'string', default: '2000', describe: 'How many customers have an account' },
  currencies: {
    type: 'string',
    default: 'EUR=5,GBP=3,USD=2',
    describe: 'Currencies and how many customers have each, as weights',
  },
  'late-share': {
    type: 'string',
    default: '0',
    describe: 'Probability that a day has late postings once the clock is past the day after it, 0 to 1',
  },
} as const satisfies Record<string, Options>;

/** The flags as yargs gives them: all text, since yargs turns what is no number into NaN and `07` into 7. */
export interface BooksArguments {
  readonly seed: string;
  readonly firstDay: string;
  readonly today: string | undefined;
  readonly postingsPerDay: string;
  readonly variation: string;
  readonly customers: string;
  readonly currencies: string;
  readonly lateShare: string;
}

/** The exchange that the flags describe. Throws `bad-option` with a sentence that names the flag. */
export function exchangeOptions(flags: BooksArguments): ExchangeOptions {
  return {
    seed: flags.seed,
    firstDay: flags.firstDay,
    postingsPerDay: numberFlag('postings-per-day', flags.postingsPerDay),
    variation: numberFlag('variation', flags.variation),
    customers: numberFlag('customers', flags.customers),
    currencies: weightsFlag(flags.currencies),
    lateShare: numberFlag('late-share', flags.lateShare),
    ...(flags.today === undefined ? {} : { today: flags.today }),
  };
}

/** The number a flag was given. Throws `bad-option` when it is none. */
export function numberFlag(name: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new SimulatorError('bad-option', `--${name} is a number, not "${text}".`);
}

function weightsFlag(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((entry) => {
      const [currency = '', weight = '1', ...more] = entry.split('=');
      if (more.length > 0) {
        throw new SimulatorError('bad-option', `--currencies is such as EUR=5,GBP=3, not "${text}".`);
      }
      return [currency.trim(), numberFlag('currencies', weight.trim())];
    }),
  );
}
