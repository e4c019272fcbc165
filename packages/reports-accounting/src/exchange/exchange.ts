import type { Day, FetchContext, Fetched, RawFormatName } from '@daybook/core';

/**
 * Where the postings of a day come from. A value of this interface is all that `transactions` knows of an exchange, so that
 * another source is another such value: its files have the fields of a posting in one of `formats`.
 */
export interface Exchange {
  /** The formats in which `fetch` may bring a day. */
  readonly formats: readonly RawFormatName[];
  /**
   * Brings one day: a file with its postings, and what the exchange says of them (see `DayTotals`). Throws `input-unreadable`,
   * `input-withdrawn` where a published day is no longer there, and `source-failed` where trying again may help.
   */
  fetch(date: Day, context: FetchContext): Promise<Fetched>;
}
