import { postingKinds } from '../src/kinds.ts';
import type { BookPosting } from './books.ts';
import { minorOf, money } from './random-books.ts';

/** A report as a person would add it up: loops over postings, and nothing of the tasks. */
export interface PlainReport {
  /** One row an account and currency, in the columns of a report. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** In minor units by `account currency`. */
  readonly closing: ReadonlyMap<string, bigint>;
}

const columnOf: Readonly<Record<string, string>> = {
  deposit: 'deposits',
  withdrawal: 'withdrawals',
  stake: 'stakes',
  payout: 'payouts',
  commission: 'commission',
  bonus: 'bonuses',
  adjustment: 'adjustments',
};

/** The balances that lines of `account_id,currency,balance` bring. */
export function plainOpening(lines: readonly string[]): ReadonlyMap<string, bigint> {
  return new Map(
    lines.map((line) => {
      const [account = '', currency = '', balance = ''] = line.split(',');
      return [`${account} ${currency}`, minorOf(balance)] as const;
    }),
  );
}

export function plainReport(
  opening: ReadonlyMap<string, bigint>,
  days: readonly (readonly BookPosting[])[],
): PlainReport {
  const closing = new Map(opening);
  const postings = days.flat();
  for (const { account, currency, amount } of postings) {
    const key = `${account} ${currency}`;
    closing.set(key, (closing.get(key) ?? 0n) + minorOf(amount));
  }
  const active = (key: string): number =>
    days.filter((day) => day.some((each) => keyOf(each) === key)).length;
  const there = [...closing.keys()].filter((key) => (opening.get(key) ?? 0n) !== 0n || active(key) > 0);
  const rows = there.map((key) => {
    const own = postings.filter((posting) => keyOf(posting) === key);
    const sum = (of: readonly BookPosting[]): string =>
      money(of.reduce((total, { amount }) => total + minorOf(amount), 0n));
    const [account_id = '', currency = ''] = key.split(' ');
    return {
      account_id,
      currency,
      opening_balance: money(opening.get(key) ?? 0n),
      ...Object.fromEntries(
        postingKinds.map((kind) => [columnOf[kind], sum(own.filter((posting) => posting.kind === kind))]),
      ),
      net: sum(own),
      closing_balance: money(closing.get(key) ?? 0n),
      postings: String(own.length),
      active_days: String(active(key)),
    };
  });
  return { rows, closing };
}

function keyOf({ account, currency }: BookPosting): string {
  return `${account} ${currency}`;
}
