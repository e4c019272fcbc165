import { createHash } from 'node:crypto';
import { baseCount, type Books } from './books.ts';
import { dayMicros, dayNumber } from './calendar.ts';
import type { Posting } from './posting.ts';
import { randomStream } from './random.ts';
import { dayClock } from './time-text.ts';
import { appendTransaction } from './transaction.ts';

/** A day's books as they stand: a plain value, which late postings replace and never change. */
export interface Day {
  readonly books: Books;
  readonly date: string;
  /** Postings that were there when the day closed. */
  readonly baseCount: number;
  readonly lateTransactions: number;
  /** All postings of the day. */
  readonly count: number;
  /** Quoted, as HTTP has it. Equal ETags are equal bytes. */
  readonly etag: string;
}

/**
 * A day is generated in blocks of this many postings, each from a random stream of its own, so that any page costs no
 * more than its own blocks. The last block takes what is left over and is shorter than twice as long.
 */
export const blockPostings = 2_048;

// No day reaches this many postings, so no two days share the id of a transaction.
const idsPerDay = 100_000_000;

/** Late transactions that a day can have. */
export const mostLateTransactions = 1_000_000;

/** The day's books with so many late transactions. Costs nothing: postings are made when they are read. */
export function dayOf(books: Books, date: string, lateTransactions: number): Day {
  const base = baseCount(books, date);
  const digest = createHash('sha256').update(JSON.stringify([books.identity, date, lateTransactions]));
  return Object.freeze({
    books,
    date,
    baseCount: base,
    lateTransactions,
    count: base + lateLines(lateTransactions),
    etag: `"${digest.digest('hex').slice(0, 32)}"`,
  });
}

/** The postings after a sequence (0 for all of them), in order, in arrays of a few thousand. */
export function* postingBlocks(day: Day, after = 0): Generator<readonly Posting[]> {
  const blocks = day.baseCount === 0 ? 0 : Math.max(1, Math.floor(day.baseCount / blockPostings));
  const first = after >= day.baseCount ? blocks : Math.min(blocks - 1, Math.floor(after / blockPostings));
  for (let block = first; block < blocks; block += 1) {
    const postings = generateBlock(day, block, block === blocks - 1);
    const skip = after - block * blockPostings;
    yield skip > 0 ? postings.slice(skip) : postings;
  }
  yield* lateBlocks(day, Math.max(0, after - day.baseCount));
}

/** The postings after a sequence (0 for all of them), one by one. */
export function* dayPostings(day: Day, after = 0): Generator<Posting> {
  for (const block of postingBlocks(day, after)) yield* block;
}

function generateBlock(day: Day, block: number, last: boolean): Posting[] {
  const { books, date, baseCount: count } = day;
  const random = randomStream(`${books.identity}/${date}/${block}`);
  const clock = dayClock(date);
  const firstId = dayNumber(date) * idsPerDay;
  const before = block * blockPostings;
  const size = last ? count - before : blockPostings;
  const postings: Posting[] = [];
  while (postings.length < size) {
    const sequence = before + postings.length + 1;
    // Activity is even over the day; times are in order but for the rounding of how they are written.
    const micros = Math.min(dayMicros - 1, Math.floor((dayMicros / count) * (sequence - 1 + random.unit())));
    const place = { sequence, transactionId: firstId + sequence, occurredAt: clock(micros) };
    appendTransaction(books, random, size - postings.length, place, postings);
  }
  return postings;
}

/** Late postings after so many of them. Each late transaction has its own stream: two and three are the same as five. */
function* lateBlocks(day: Day, after: number): Generator<readonly Posting[]> {
  const { books, date } = day;
  const clock = dayClock(date);
  const firstId = dayNumber(date) * idsPerDay;
  let postings: Posting[] = [];
  for (let late = firstLate(after); late < day.lateTransactions; late += 1) {
    const random = randomStream(`${books.identity}/${date}/late/${late}`);
    const sequence = day.baseCount + lateLines(late) + 1;
    const occurredAt = clock(Math.floor(dayMicros * random.unit()));
    const place = { sequence, transactionId: firstId + sequence, occurredAt };
    appendTransaction(books, random, lateLines(late + 1) - lateLines(late), place, postings);
    if (postings.length >= blockPostings || late === day.lateTransactions - 1) {
      yield postings.filter((posting) => posting.sequence > day.baseCount + after);
      postings = [];
    }
  }
}

/** The lines of the first so many late transactions: every third is a payout of three lines. */
function lateLines(transactions: number): number {
  return 2 * transactions + Math.floor(transactions / 3);
}

/** The late transaction that holds the line after so many late lines, or one shortly before it. */
function firstLate(lines: number): number {
  return 3 * Math.floor(lines / 7);
}
