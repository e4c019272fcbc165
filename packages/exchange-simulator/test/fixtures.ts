import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createExchange,
  ndjsonLine,
  startExchangeServer,
  type Exchange,
  type ExchangeOptions,
  type ExchangeServer,
  type ExchangeServerOptions,
} from '../src/index.ts';

/** The day the tests look at. */
export const date = '2018-07-24';

/** An exchange whose clock stands at the start of August 2018. */
export function exchangeOf(options: ExchangeOptions = {}): Exchange {
  return createExchange({ today: '2018-08-01', ...options });
}

/** A server that ends with the test. */
export async function serve(
  options: ExchangeOptions = {},
  serving: Partial<ExchangeServerOptions> = {},
): Promise<ExchangeServer> {
  const server = await startExchangeServer({ exchange: exchangeOf(options), ...serving });
  onTestFinished(async () => await server.close());
  return server;
}

/** A folder that ends with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'exchange-simulator-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A whole day as NDJSON, made without the server. */
export function dayText(exchange: Exchange, day = date, after = 0): string {
  return [...exchange.postings(day, after)].map((posting) => ndjsonLine(posting)).join('');
}

/** Sends JSON to a control endpoint and returns the status and the JSON that came back. */
export async function control(server: ExchangeServer, path: string, body: unknown) {
  const response = await fetch(`${server.url}/control/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The URL of a page of the day. */
export function pageUrl(server: ExchangeServer, after: number, limit: number): string {
  return `${server.url}/v1/days/${date}/transactions?after=${after}&limit=${limit}`;
}

/** The sequences in NDJSON. */
export function sequencesIn(text: string): number[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly sequence: number }).sequence);
}
