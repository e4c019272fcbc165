import { homeCurrency, type Books } from './books.ts';
import { exchangeAccounts, firstCustomerAccount, type Posting, type PostingKind } from './posting.ts';
import type { Random } from './random.ts';

/** Where a transaction stands in its day. */
export interface Place {
  /** The sequence of its first line. */
  readonly sequence: number;
  readonly transactionId: number;
  readonly occurredAt: string;
}

const { house, clientMoney, marketPool } = exchangeAccounts;

// Of a thousand transactions; what is left are stakes.
const payoutsBelow = 240;
const depositsBelow = 300;
const withdrawalsBelow = 330;
const bonusesBelow = 345;
const adjustmentsBelow = 360;
const commissionsBelow = 370;

/**
 * Draws one transaction and appends its lines, which sum to zero: three for a payout with its commission, two
 * for all others. `room` is how many lines there are still to be: never is just one left over.
 */
export function appendTransaction(
  books: Books,
  random: Random,
  room: number,
  place: Place,
  lines: Posting[],
): void {
  const u = random.unit();
  // The fourth power is a skew: the busiest hundredth of the customers makes about a third of the postings.
  const customer = Math.floor(books.customers * u * u * u * u);
  const accountId = firstCustomerAccount + customer;
  const currency = homeCurrency(books, customer);
  const draw = random.below(1000);

  if (room === 3 || (draw < payoutsBelow && room !== 2 && room !== 4)) {
    appendPayout(random, place, accountId, currency, lines);
    return;
  }
  const { kind, amountMinor, other } = twoLined(random, draw);
  const marketId = kind === 'stake' ? marketOf(random) : null;
  append(lines, place, 0, accountId, kind, amountMinor, currency, marketId);
  append(lines, place, 1, other, kind, -amountMinor, currency, marketId);
}

function appendPayout(
  random: Random,
  place: Place,
  accountId: number,
  currency: string,
  lines: Posting[],
): void {
  const winMinor = 400 + betMinor(random, 25_000);
  const commissionMinor = Math.floor(winMinor / 20);
  const marketId = marketOf(random);
  append(lines, place, 0, accountId, 'payout', winMinor - commissionMinor, currency, marketId);
  append(lines, place, 1, marketPool, 'payout', -winMinor, currency, marketId);
  append(lines, place, 2, house, 'commission', commissionMinor, currency, marketId);
}

function twoLined(
  random: Random,
  draw: number,
): { readonly kind: PostingKind; readonly amountMinor: number; readonly other: number } {
  // A payout that has no room for its commission is a stake instead.
  if (draw < payoutsBelow || draw >= commissionsBelow) {
    return { kind: 'stake', amountMinor: -(200 + betMinor(random, 10_000)), other: marketPool };
  }
  const u = random.unit();
  const skewed = u * u * u;
  if (draw < depositsBelow) {
    return { kind: 'deposit', amountMinor: 1000 * (1 + Math.floor(60 * skewed)), other: clientMoney };
  }
  if (draw < withdrawalsBelow) {
    return { kind: 'withdrawal', amountMinor: -(500 + Math.floor(80_000 * skewed)), other: clientMoney };
  }
  if (draw < bonusesBelow) {
    return { kind: 'bonus', amountMinor: 500 * (1 + Math.floor(10 * u)), other: house };
  }
  if (draw < adjustmentsBelow) {
    const amountMinor = 1 + Math.floor(5_000 * skewed);
    return { kind: 'adjustment', amountMinor: draw % 2 === 0 ? amountMinor : -amountMinor, other: house };
  }
  return { kind: 'commission', amountMinor: -(100 + Math.floor(20_000 * skewed)), other: house };
}

/** What is bet or won, beyond the least: mostly little, once in a thousand a hundred times as much. */
function betMinor(random: Random, mostMinor: number): number {
  const u = random.unit();
  const amountMinor = Math.floor(mostMinor * u * u * u);
  return random.below(1000) === 0 ? 100 * amountMinor : amountMinor;
}

/** A few markets get most of the bets; one bet in fifty is on no market. */
function marketOf(random: Random): number | null {
  const u = random.unit();
  return u >= 0.98 ? null : 1_140_000_000 + Math.floor(20_000 * u * u * u);
}

// Positional, because it runs for every posting of a day of millions.
function append(
  lines: Posting[],
  place: Place,
  line: number,
  accountId: number,
  kind: PostingKind,
  amountMinor: number,
  currency: string,
  marketId: number | null,
): void {
  lines.push({
    sequence: place.sequence + line,
    transactionId: place.transactionId,
    accountId,
    kind,
    amountMinor,
    currency,
    marketId,
    occurredAt: place.occurredAt,
  });
}
