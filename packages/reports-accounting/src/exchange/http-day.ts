import type { Day } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Patience } from './exchange-fault.ts';
import { ExchangeFault, patiently, pauseAfter } from './exchange-fault.ts';
import type { HttpClient } from './http-client.ts';
import { shownUrl } from './http-client.ts';
import type { PageEnd, PostingsFile } from './postings-file.ts';
import type { DayTotals } from './totals.ts';
import { parseTotals } from './totals.ts';

/** One day of an exchange over HTTP. */
export interface HttpDay {
  readonly date: Day;
  readonly client: HttpClient;
  readonly patience: Patience;
  /** The day's own resource. */
  readonly url: URL;
  readonly pageLines: number;
}

/** What the exchange says of a day as it is now. */
export type DayState =
  | { readonly kind: 'closed'; readonly totals: DayTotals; readonly etag: string }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'absent' };

const longestTotalsBytes = 1024 * 1024;

/** Asks for the totals; `known` is the ETag of the day as it was. */
export async function askTotals(day: HttpDay, known?: string): Promise<DayState> {
  return await patiently(day.patience, async () => {
    const headers = known === undefined ? {} : { 'if-none-match': known };
    const answer = await day.client.get(day.url, headers);
    if (answer.status !== 200) {
      answer.discard();
      return { kind: answer.status === 304 ? 'not-modified' : 'absent' };
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > longestTotalsBytes)
        throw new ExchangeFault(
          `The totals at ${shownUrl(day.url)} are longer than ${longestTotalsBytes} bytes.`,
        );
    }
    const json = Buffer.concat(chunks).toString('utf8');
    const totals = parseTotals(json, day.date, `at ${shownUrl(day.url)}`);
    return { kind: 'closed', totals, etag: etagOf(answer.etag, day.url) };
  });
}

/**
 * Fetches the pages of a day into a file until the sequence reaches `count`. `moved`: the day is no longer the one with this
 * ETag. After a fault it goes on behind the last line that came whole.
 */
export async function fetchPages(
  day: HttpDay,
  file: PostingsFile,
  state: { readonly etag: string; readonly count: number },
  progress: (sequence: number) => void,
): Promise<'whole' | 'moved'> {
  let faults = 0;
  let oddPages = 0;
  while (file.sequence < state.count) {
    const before = file.sequence;
    const asItIs = oddPages >= Math.min(oddPagesAskedAgain, day.patience.retries);
    const page = await fetchPage(day, file, state.etag, asItIs);
    if (page === 'moved') return 'moved';
    if (file.sequence > before) {
      progress(file.sequence);
      faults = 0;
      oddPages = 0;
    }
    const fault = page.broken ?? faultOfPage(page.end, file.sequence, state.count, page.url);
    if (fault === undefined) continue;
    if (page.broken === undefined && page.end.kind !== 'unreadable') oddPages += 1;
    // As many lines as there should be, and no sequence that high: some came again, for a control to report.
    if (asItIs && page.broken === undefined && (await file.countLines()) >= state.count) return 'whole';
    faults += 1;
    await pauseAfter(fault, faults, day.patience);
  }
  return 'whole';
}

/**
 * A page that leaves out lines, or in which some come again, is asked for again so often; then it is the day that is so, for a
 * control to report.
 */
const oddPagesAskedAgain = 2;

interface PageResult {
  readonly url: URL;
  readonly end: PageEnd;
  /** Why the page did not come to its end. */
  readonly broken: ExchangeFault | undefined;
}

async function fetchPage(
  day: HttpDay,
  file: PostingsFile,
  etag: string,
  asItIs: boolean,
): Promise<PageResult | 'moved'> {
  const url = pageUrl(day, file.sequence);
  file.beginPage();
  let broken: ExchangeFault | undefined;
  try {
    const answer = await day.client.get(url, {});
    if (answer.status !== 200 || etagOf(answer.etag, url) !== etag) {
      answer.discard();
      return 'moved';
    }
    for await (const chunk of answer.body) await file.push(chunk);
  } catch (error) {
    if (!(error instanceof ExchangeFault)) throw error;
    broken = error;
  }
  return { url, broken, end: await file.endPage({ whole: broken === undefined, asItIs }) };
}

function faultOfPage(end: PageEnd, sequence: number, count: number, url: URL): ExchangeFault | undefined {
  if (end.kind === 'kept') return undefined;
  const where = `the page after sequence ${sequence} of ${count} at ${shownUrl(url)}`;
  switch (end.kind) {
    case 'empty':
      return new ExchangeFault(`The exchange sent no posting in ${where}.`);
    case 'gap':
      return new ExchangeFault(`The exchange began ${where} with sequence ${end.first}.`);
    case 'repeat':
      return new ExchangeFault(
        `The exchange began ${where} with sequence ${end.first}, which it sent before.`,
      );
    case 'disorder':
      return new ExchangeFault(`The exchange ended ${where} with sequence ${end.last}.`);
    case 'unreadable':
      return new ExchangeFault(
        `A line of ${where} is no posting whose sequence can be read: ${end.line}. Have the exchange correct it.`,
        { code: 'input-unreadable' },
      );
  }
}

function pageUrl(day: HttpDay, after: number): URL {
  const url = new URL(day.url);
  url.pathname += '/transactions';
  url.searchParams.set('after', String(after));
  url.searchParams.set('limit', String(day.pageLines));
  return url;
}

function etagOf(etag: string | undefined, url: URL): string {
  if (etag !== undefined && etag !== '') return etag;
  throw new DaybookError(
    'job-failed',
    `The exchange sent no ETag at ${shownUrl(url)}, without which a change of the day cannot be seen: have it send one.`,
  );
}
