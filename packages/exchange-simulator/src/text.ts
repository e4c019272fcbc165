import { postingBlocks, type Day } from './day.ts';
import type { Posting } from './posting.ts';

/** How postings are written: a JSON document a line, or comma-separated values with a header. */
export type Format = 'ndjson' | 'csv';

/** The columns of a CSV file, in order; an NDJSON line has the same names. */
export const columns: readonly string[] = [
  'sequence',
  'transaction_id',
  'account_id',
  'kind',
  'amount',
  'currency',
  'market_id',
  'occurred_at',
];

const cents = Array.from({ length: 100 }, (_, at) => `.${String(at).padStart(2, '0')}`);

/** An amount in minor units as text with two decimals: `-1234` is `-12.34`. Never `-0.00`. */
export function amountText(amountMinor: number): string {
  if (amountMinor < 0) return `-${amountText(-amountMinor)}`;
  const whole = Math.floor(amountMinor / 100);
  return whole + cents[amountMinor - whole * 100]!;
}

/** A posting as one line of NDJSON, with its newline. */
export function ndjsonLine(posting: Posting): string {
  const { kind, marketId } = posting;
  // A market that is not there is written as null by some kinds and left out by others: readers meet both.
  const absent = marketId === null && (kind === 'deposit' || kind === 'withdrawal');
  return (
    `{"sequence":${posting.sequence},"transaction_id":${posting.transactionId},"account_id":${posting.accountId}` +
    `,"kind":"${kind}","amount":"${writtenAmount(posting)}","currency":"${posting.currency}"` +
    (absent ? '' : `,"market_id":${marketId}`) +
    `,"occurred_at":"${posting.occurredAt}"}\n`
  );
}

/** A posting as one line of CSV in the order of `columns`, with its newline. No value needs quotes. */
export function csvLine(posting: Posting): string {
  return (
    `${posting.sequence},${posting.transactionId},${posting.accountId},${posting.kind},${writtenAmount(posting)}` +
    `,${posting.currency},${posting.marketId ?? ''},${posting.occurredAt}\n`
  );
}

/** Bytes that no line is longer than. */
export const mostLineBytes = 320;

/**
 * Writes the lines of postings into a buffer from its start and returns the bytes written. The buffer must have room
 * for `mostLineBytes` a posting.
 */
export function writeLines(into: Buffer, postings: readonly Posting[], format: Format): number {
  const line = format === 'csv' ? csvLine : ndjsonLine;
  let text = '';
  for (const posting of postings) text += line(posting);
  return into.write(text, 'latin1');
}

/** The lines of postings as bytes. */
export function linesOf(postings: readonly Posting[], format: Format): Buffer {
  const bytes = Buffer.allocUnsafe(postings.length * mostLineBytes);
  return bytes.subarray(0, writeLines(bytes, postings, format));
}

/** Up to `limit` lines of NDJSON after a sequence, in buffers of some hundred kilobytes. */
export function* pageLines(day: Day, after: number, limit: number): Generator<Buffer> {
  let left = Math.min(limit, day.count - after);
  if (left <= 0) return;
  for (const postings of postingBlocks(day, after)) {
    yield linesOf(postings.length > left ? postings.slice(0, left) : postings, 'ndjson');
    left -= postings.length;
    if (left <= 0) return;
  }
}

// Adjustments are written as short as can be (`12.5`, `3`), all others with two decimals: readers meet both.
function writtenAmount({ kind, amountMinor }: Posting): string {
  const text = amountText(amountMinor);
  return kind === 'adjustment' ? text.replace(/\.?0{1,2}$/, '') : text;
}
