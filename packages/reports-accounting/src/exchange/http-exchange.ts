import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Day, FetchContext, Fetched, Json } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Exchange } from './exchange.ts';
import { httpClient, shownUrl } from './http-client.ts';
import type { DayState, HttpDay } from './http-day.ts';
import { askTotals, fetchPages } from './http-day.ts';
import { PostingsFile } from './postings-file.ts';
import { expectedRows } from './totals.ts';

/** Where the exchange answers, and how long to bear with it. */
export interface HttpExchangeOptions {
  /** The address above `/v1/days`. Credentials and query go with every request and are never shown or recorded. */
  readonly url: string;
  /** Headers of every request, such as `authorization`. Never shown or recorded. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many postings to ask for at once; what is lost with a broken connection is less. Default 100,000. */
  readonly pageLines?: number;
  /** How many times to ask again after one fault upon another, each time later. Default 6, about twelve seconds in all. */
  readonly retries?: number;
  /** How long nothing may come before the connection counts as broken. Default 60,000. */
  readonly idleMs?: number;
  /** How long a day may take in all. Default two hours. */
  readonly totalMs?: number;
  /** For tests: how to wait, and chance. */
  readonly clock?: {
    sleep(ms: number, signal: AbortSignal): Promise<void>;
    random(): number;
  };
}

/** How often a day is fetched from its start again because it changed meanwhile. */
const restarts = 3;

const realClock = {
  sleep: async (ms: number, signal: AbortSignal): Promise<void> => await sleep(ms, undefined, { signal }),
  random: Math.random,
};

/**
 * An exchange that serves its days over HTTP: the totals of a day with an ETag, and its postings in pages.
 * @example httpExchange({ url: 'https://exchange.example', headers: { authorization: `Bearer ${token}` } })
 */
export function httpExchange(options: HttpExchangeOptions): Exchange {
  if (!/^https?:/.test(URL.parse(options.url)?.protocol ?? ''))
    throw new DaybookError(
      'config-invalid',
      'The `url` of httpExchange is an address such as https://exchange.example.',
    );
  return Object.freeze({
    formats: ['ndjson'] as const,
    fetch: async (date: Day, context: FetchContext) => await fetchWithin(options, date, context),
  });
}

async function fetchWithin(options: HttpExchangeOptions, date: Day, context: FetchContext): Promise<Fetched> {
  const totalMs = options.totalMs ?? 2 * 3_600_000;
  const limit = AbortSignal.timeout(totalMs);
  const signal = AbortSignal.any([context.signal, limit]);
  const { sleep, random } = options.clock ?? realClock;
  const client = httpClient({
    headers: options.headers ?? {},
    idleMs: options.idleMs ?? 60_000,
    signal,
  });
  const url = new URL(options.url);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/days/${date}`;
  url.hash = '';
  const patience = { retries: options.retries ?? 6, signal, sleep, random };
  const day: HttpDay = { date, client, patience, url, pageLines: options.pageLines ?? 100_000 };
  try {
    signal.throwIfAborted();
    return await fetchDay(day, context);
  } catch (error) {
    if (context.signal.aborted || !limit.aborted) throw error;
    throw new DaybookError(
      'source-failed',
      `The exchange did not send ${date} within ${totalMs} ms: run again later, or give httpExchange a larger totalMs.`,
      { cause: error },
    );
  } finally {
    client.close();
  }
}

async function fetchDay(day: HttpDay, context: FetchContext): Promise<Fetched> {
  const path = join(context.scratch, `${day.date}.ndjson`);
  const file = await PostingsFile.create(path);
  try {
    let state = await askTotals(day, knownEtag(context.previous, day));
    for (let pass = 0; pass <= restarts; pass += 1) {
      if (state.kind !== 'closed') return withoutPostings(state, day, context);
      const { etag, totals } = state;
      const progress = (done: number): void =>
        context.progress({ phase: 'fetch', done, total: totals.count, unit: 'postings' });
      progress(0);
      file.restart();
      const pages = await fetchPages(day, file, { etag, count: totals.count }, progress);
      const now: DayState = await askTotals(day, pages === 'whole' ? etag : undefined);
      if (
        pages === 'whole' &&
        (now.kind === 'not-modified' || (now.kind === 'closed' && now.etag === etag))
      ) {
        return {
          kind: 'file',
          format: 'ndjson',
          path,
          expected: expectedRows(totals),
          source: { kind: 'http', url: shownUrl(day.url), etag, count: totals.count },
        };
      }
      state = now;
    }
  } finally {
    await file.close();
  }
  throw new DaybookError(
    'source-failed',
    `The exchange changed ${day.date} each of the ${restarts + 1} times it was fetched: run again later.`,
  );
}

/** The ETag of the current version, if it came from the same address. */
function knownEtag(previous: Json | undefined, day: HttpDay): string | undefined {
  if (typeof previous !== 'object' || previous === null || !('etag' in previous)) return undefined;
  const { url, etag } = previous;
  return url === shownUrl(day.url) && typeof etag === 'string' ? etag : undefined;
}

function withoutPostings(
  state: DayState & { readonly kind: 'not-modified' | 'absent' },
  day: HttpDay,
  context: FetchContext,
): Fetched {
  if (state.kind === 'not-modified' && context.previous !== undefined)
    return { kind: 'not-modified', source: context.previous };
  if (state.kind === 'absent' && !context.published)
    return { kind: 'waiting', for: `the exchange to close ${day.date}` };
  if (state.kind === 'absent') {
    throw new DaybookError(
      'input-withdrawn',
      `${day.date} was published and the exchange no longer serves it at ${shownUrl(day.url)}: have it serve the day again; what was published stays as it is.`,
    );
  }
  throw new DaybookError(
    'source-failed',
    `The exchange answered 304 at ${shownUrl(day.url)}, though it was not asked whether the day changed.`,
  );
}
