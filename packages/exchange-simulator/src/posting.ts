/** What a posting is for. */
export type PostingKind =
  | 'deposit'
  | 'withdrawal'
  | 'stake'
  | 'payout'
  | 'commission'
  | 'bonus'
  | 'adjustment';

/** One line of the exchange's books: one account, one signed amount. */
export interface Posting {
  /** 1 to the day's count, without a gap. */
  readonly sequence: number;
  /** Shared by the lines of one transaction, and by no other day. A safe integer. */
  readonly transactionId: number;
  readonly accountId: number;
  readonly kind: PostingKind;
  /** In minor units (cents); a credit to the account is positive. A safe integer. */
  readonly amountMinor: number;
  /** Three capital letters. */
  readonly currency: string;
  readonly marketId: number | null;
  /** ISO 8601, in UTC, ends in `Z`, at most six decimals. */
  readonly occurredAt: string;
}

/** The exchange's own accounts. Every other account belongs to a customer. */
export const exchangeAccounts = Object.freeze({
  /** Earns the commission, pays the bonuses. */
  house: 1,
  /** The other side of deposits and withdrawals. */
  clientMoney: 2,
  /** The other side of stakes and payouts. */
  marketPool: 3,
});

/** The account of the first customer; the others follow without a gap. */
export const firstCustomerAccount = 1001;
