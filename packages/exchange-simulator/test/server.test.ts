import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DayTotals, ExchangeServer } from '../src/index.ts';
import { control, date, dayText, pageUrl, sequencesIn, serve } from './fixtures.ts';

describe('the server', () => {
  test('serves pages that make up the whole day', async () => {
    const server = await serve({ postingsPerDay: 5_000 });
    let text = '';
    for (let after = 0; after < 5_000; after += 777) {
      text += await (await fetch(pageUrl(server, after, 777))).text();
    }
    expect(text).toBe(dayText(server.exchange));
    expect(await (await fetch(pageUrl(server, 5_000, 10))).text()).toBe('');
  });

  test('gives totals that equal what it serves', async () => {
    const server = await serve({ postingsPerDay: 5_000 });
    server.exchange.addLate(date, 7);
    const totals = (await (await fetch(`${server.url}/v1/days/${date}`)).json()) as DayTotals;
    expect(totals).toEqual(totalsOfText(await (await fetch(pageUrl(server, 0, 10_000))).text()));
  });

  test('gives a day without postings a count of 0 and no currencies', async () => {
    const server = await serve({ postingsPerDay: 0 });
    const response = await fetch(`${server.url}/v1/days/${date}`);
    expect(await response.json()).toEqual({ date, count: 0, currencies: [] });
    expect(await (await fetch(pageUrl(server, 0, 10))).text()).toBe('');
  });

  test('has one ETag for a day and its pages, and answers 304 to it until the day changes', async () => {
    const server = await serve();
    const etag = (await fetch(`${server.url}/v1/days/${date}`)).headers.get('etag')!;
    expect((await fetch(pageUrl(server, 10, 10))).headers.get('etag')).toBe(etag);
    const again = async () =>
      (await fetch(`${server.url}/v1/days/${date}`, { headers: { 'if-none-match': `"x", W/${etag}` } }))
        .status;
    expect(await again()).toBe(304);
    await control(server, 'late', { date: '2018-07-23', transactions: 1 });
    expect(await again()).toBe(304);
    await control(server, 'late', { date, transactions: 1 });
    expect(await again()).toBe(200);
  });

  test('compresses a page for who accepts it, and for no one else', async () => {
    const server = await serve();
    const plain = await rawGet(server, 'identity');
    const refused = await rawGet(server, 'br, gzip;q=0');
    const compressed = await rawGet(server, 'br, gzip;q=0.5');
    expect([plain.encoding, refused.encoding, compressed.encoding]).toEqual([undefined, undefined, 'gzip']);
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(compressed.body)).toEqual(plain.body);
  });

  test('caps a page at its own limit', async () => {
    const server = await serve({}, { pageLimit: 25 });
    expect(sequencesIn(await (await fetch(pageUrl(server, 100, 1_000))).text())).toHaveLength(25);
    const unasked = await fetch(`${server.url}/v1/days/${date}/transactions`);
    expect(sequencesIn(await unasked.text()).at(-1)).toBe(25);
  });

  test('has no day before the first, nor one that is not closed, until the clock has moved', async () => {
    const server = await serve({ today: date });
    const status = async (day: string) => (await fetch(`${server.url}/v1/days/${day}`)).status;
    expect([await status('2018-06-30'), await status('2018-07-01')]).toEqual([404, 200]);
    expect(await status(date)).toBe(404);
    expect(await control(server, 'clock', { today: '2018-07-25' })).toMatchObject({ status: 200 });
    expect(await status(date)).toBe(200);
  });

  test.each([
    ['v1/days/2018-7-4', 400, /date/],
    ['v1/days/2018-02-30', 400, /date/],
    [`v1/days/${date}/transactions?after=-1`, 400, /after/],
    [`v1/days/${date}/transactions?after=1&after=2`, 400, /after/],
    [`v1/days/${date}/transactions?limit=0`, 400, /limit/],
    [`v1/days/${date}/transactions?limit=many`, 400, /limit/],
    [`v1/days/${date}/transactions?offset=5`, 400, /offset/],
    [`v1/days/${date}?after=5`, 400, /after/],
    ['v1/days', 404, /\/v1\/days/],
    ['', 404, /\/v1\/days/],
    ['control/nothing', 404, /control\/state/],
    ['%zz', 404, /\/v1\/days/],
  ])('answers GET /%s with %d and a sentence', async (path, status, sentence) => {
    const server = await serve();
    const response = await fetch(`${server.url}/${path}`);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { readonly error: string }).error).toMatch(sentence);
  });

  test.each([
    ['late', { date }, 400, /transactions/],
    ['late', { date: '2018-08-01', transactions: 1 }, 409, /not closed/],
    ['late', { date, transactions: 1e9 }, 400, /transactions/],
    ['late', [], 400, /date/],
    ['clock', { today: 20180801 }, 400, /today/],
    ['clock', null, 400, /today/],
    ['faults', { kind: 'flood' }, 400, /kind.*error500/],
    ['faults', { kind: 'reset', times: 0 }, 400, /times/],
    ['faults', { kind: 'reset', often: 2 }, 400, /often/],
    ['faults', 'reset', 400, /fault/],
  ])('answers POST /control/%s of %j with %d and a sentence', async (path, body, status, sentence) => {
    const server = await serve();
    const answer = await control(server, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body['error']).toMatch(sentence);
  });

  test('tells its state', async () => {
    const server = await serve({ seed: 'a' });
    await control(server, 'late', { date, transactions: 2 });
    await control(server, 'faults', { kind: 'reset', times: 2 });
    expect(await (await fetch(`${server.url}/control/state`)).json()).toMatchObject({
      today: '2018-08-01',
      books: { seed: 'a', firstDay: '2018-07-01', postingsPerDay: 10_000 },
      late: [{ date, transactions: 2 }],
      faults: [{ kind: 'reset', times: 2 }],
    });
  });

  test('says which address is taken', async () => {
    const { port } = await serve();
    await expect(serve({}, { port })).rejects.toMatchObject({
      code: 'cannot-listen',
      message: expect.stringContaining(String(port)),
    });
  });
});

/** A page without what `fetch` does to encodings. */
async function rawGet(server: ExchangeServer, accept: string) {
  const headers = { 'accept-encoding': accept };
  return await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
    const sent = request(pageUrl(server, 0, 1_000), { headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) });
    });
    sent.on('error', reject).end();
  });
}

/** Totals by other means than the simulator's: text to bigint. */
function totalsOfText(text: string): DayTotals {
  const sums = new Map<string, { count: number; credits: bigint; debits: bigint }>();
  const lines = text.trimEnd().split('\n');
  for (const line of lines) {
    const { currency, amount } = JSON.parse(line) as { readonly currency: string; readonly amount: string };
    const [whole = '', cents = ''] = amount.replace('-', '').split('.');
    const minor = BigInt(whole + cents.padEnd(2, '0'));
    const sum = sums.get(currency) ?? { count: 0, credits: 0n, debits: 0n };
    sum.count += 1;
    if (amount.startsWith('-')) sum.debits += minor;
    else sum.credits += minor;
    sums.set(currency, sum);
  }
  const currencies = [...sums]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([currency, { count, credits, debits }]) => ({
      currency,
      count,
      credits: decimal(credits),
      debits: decimal(debits),
    }));
  return { date, count: lines.length, currencies };
}

function decimal(minor: bigint): string {
  return String(minor)
    .padStart(3, '0')
    .replace(/(\d\d)$/, '.$1');
}
