import { readFileSync } from 'node:fs';
import { createExchange, exportDay, startExchangeServer } from '@daybook/exchange-simulator';
import type { ExchangeServer, Fault, ServedRequest } from '@daybook/exchange-simulator';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpExchangeOptions } from '../src/index.ts';
import { expectedRows, httpExchange } from '../src/index.ts';
import { date, failure, fetchContext, fileOf, scratchFolder } from './fetch-fixture.ts';

interface Served {
  readonly server: ExchangeServer;
  readonly requests: ServedRequest[];
  /** What the exchange would write into a file: the postings to come by. */
  wanted(): Promise<string>;
}

/** The simulated exchange with 1,000 postings a day in pages of at most 150. */
async function serve(faults: readonly Fault[] = [], postingsPerDay = 1000, pageLimit = 150): Promise<Served> {
  const exchange = createExchange({ today: '2018-08-01', postingsPerDay });
  const requests: ServedRequest[] = [];
  const server = await startExchangeServer({
    exchange,
    faults,
    pageLimit,
    onRequest: (request) => void requests.push(request),
  });
  onTestFinished(async () => await server.close());
  return {
    server,
    requests,
    wanted: async () => {
      const file = join(scratchFolder(), 'wanted.ndjson');
      await exportDay({ exchange, date, file });
      return readFileSync(file, 'utf8');
    },
  };
}

/** An exchange that waits in no real time; the pauses it makes are added to `pauses`. */
function patientExchange(url: string, options: Partial<HttpExchangeOptions> = {}, pauses: number[] = []) {
  const clock = {
    sleep: async (ms: number): Promise<void> => void pauses.push(ms),
    random: () => 1,
  };
  return httpExchange({ url, idleMs: 10_000, clock, ...options });
}

test('a day comes whole, in pages, with what the exchange says to expect of it', async () => {
  const { server, requests, wanted } = await serve();
  const steps: unknown[] = [];
  const context = fetchContext({ progress: (step) => void steps.push(step) });
  const fetched = fileOf(await patientExchange(`${server.url}/`).fetch(date, context));
  expect(readFileSync(fetched.path, 'utf8')).toBe(await wanted());
  expect(fetched.path.startsWith(context.scratch)).toBe(true);
  const totals = await server.exchange.totals(date);
  expect(fetched).toMatchObject({ format: 'ndjson', expected: expectedRows(totals) });
  const { etag } = server.exchange.day(date);
  expect(fetched.source).toEqual({ kind: 'http', url: `${server.url}/v1/days/${date}`, etag, count: 1000 });
  expect(requests.map((request) => request.status)).toEqual([200, ...Array(7).fill(200), 304]);
  expect(steps.at(0)).toEqual({ phase: 'fetch', done: 0, total: 1000, unit: 'postings' });
  expect(steps.at(-1)).toEqual({ phase: 'fetch', done: 1000, total: 1000, unit: 'postings' });
});

test('a day without postings is an empty file', async () => {
  const { server } = await serve([], 0);
  const fetched = fileOf(await patientExchange(server.url).fetch(date, fetchContext()));
  expect([readFileSync(fetched.path, 'utf8'), fetched.expected]).toEqual([
    '',
    [{ currency: 'all', count: 0, credits: null, debits: null }],
  ]);
});

test('a day that is not closed is waited for, and one that was published and is gone is an error', async () => {
  const { server } = await serve();
  server.exchange.setToday(date);
  const exchange = patientExchange(server.url);
  expect(await exchange.fetch(date, fetchContext())).toEqual({
    kind: 'waiting',
    for: `the exchange to close ${date}`,
  });
  expect(await failure(exchange.fetch(date, fetchContext({ published: true })))).toEqual([
    'input-withdrawn',
    expect.stringMatching(/2018-07-24 was published and the exchange no longer serves it/),
  ]);
});

test('a day that is as it was is not fetched, and keeps the facts that were recorded', async () => {
  const { server, requests } = await serve();
  const exchange = patientExchange(server.url);
  const { source } = fileOf(await exchange.fetch(date, fetchContext()));
  const previous = { ...(source as object), expectedSha256: 'of the engine' };
  requests.length = 0;
  expect(await exchange.fetch(date, fetchContext({ previous, published: true }))).toEqual({
    kind: 'not-modified',
    source: previous,
  });
  expect(requests.map((request) => request.status)).toEqual([304]);
  server.exchange.addLate(date, 1);
  const late = fileOf(await exchange.fetch(date, fetchContext({ previous, published: true })));
  expect(late.source).not.toEqual(source);
});

test('the ETag of a day from elsewhere says nothing of it', async () => {
  const { server } = await serve();
  const { etag } = server.exchange.day(date);
  const previous = { kind: 'http', url: `https://elsewhere.example/v1/days/${date}`, etag };
  const fetched = await patientExchange(server.url).fetch(date, fetchContext({ previous }));
  expect(fetched.kind).toBe('file');
});

const pages = { path: 'transactions' };
const passing: readonly (readonly [string, readonly Fault[]])[] = [
  ['errors', [{ kind: 'error500', times: 3 }]],
  ['errors in pages', [{ kind: 'error500', times: 4, ...pages }]],
  ['connections reset', [{ kind: 'reset', times: 4 }]],
  ['cut totals', [{ kind: 'cut-body', path: '/days', afterBytes: 20 }]],
  ['pages cut in a line', [{ kind: 'cut-body', times: 5, afterBytes: 1500, ...pages }]],
  ['pages cut at their start', [{ kind: 'cut-body', times: 2, ...pages }]],
  ['pages that stall', [{ kind: 'stall', times: 2, afterBytes: 700, stallMs: 5000, ...pages }]],
  ['totals that stall', [{ kind: 'stall', stallMs: 5000 }]],
  ['pages sent twice', [{ kind: 'repeat-page', times: 3, ...pages }]],
  ['short pages', [{ kind: 'short-page', times: 6, lines: 7, ...pages }]],
  ['an empty page now and then', [{ kind: 'short-page', times: 2, lines: 0, ...pages }]],
  ['a day that changes twice', [{ kind: 'etag-moves', times: 2, ...pages }]],
];

test.each(passing)('%s cost a retry and no posting', async (_, faults) => {
  const { server, wanted } = await serve(faults);
  const pauses: number[] = [];
  const soon = { idleMs: 300 };
  const fetched = fileOf(await patientExchange(server.url, soon, pauses).fetch(date, fetchContext()));
  expect(server.faults.pending()).toEqual([]);
  const text = readFileSync(fetched.path, 'utf8');
  expect(text).toBe(await wanted());
  const { count } = await server.exchange.totals(date);
  expect(text.split('\n')).toHaveLength(count + 1);
});

test('by any seed of faults the postings are those of the exchange', async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const exchange = createExchange({ today: '2018-08-01', postingsPerDay: 400, seed });
    const server = await startExchangeServer({
      exchange,
      pageLimit: 60,
      faultRate: 0.05,
      faultKinds: ['error500', 'reset', 'cut-body', 'repeat-page', 'short-page'],
    });
    onTestFinished(async () => await server.close());
    const fetched = fileOf(await patientExchange(server.url, { retries: 20 }).fetch(date, fetchContext()));
    const file = join(scratchFolder(), 'wanted.ndjson');
    await exportDay({ exchange, date, file });
    expect(readFileSync(fetched.path, 'utf8') === readFileSync(file, 'utf8'), `seed ${seed}`).toBe(true);
  }
});

test('after a broken connection it goes on behind the last whole line, not from the start', async () => {
  const { server, requests } = await serve(
    [{ kind: 'cut-body', afterBytes: 300_000, ...pages }],
    20_000,
    20_000,
  );
  await patientExchange(server.url).fetch(date, fetchContext());
  const [first, second = 0] = requests.flatMap(({ url }) => /after=(\d+)/.exec(url)?.[1] ?? []).map(Number);
  expect(first).toBe(0);
  expect(second).toBeGreaterThan(1000);
  expect(second).toBeLessThan(20_000);
});

const lasting: readonly (readonly [string, Fault, string, RegExp])[] = [
  ['errors', { kind: 'error500', times: 99 }, 'source-failed', /answered 500 at .*It was asked 7 times/],
  ['resets', { kind: 'reset', times: 99 }, 'source-failed', /connection to the exchange broke at/],
  [
    'empty pages before the day is whole',
    { kind: 'short-page', lines: 0, times: 99, ...pages },
    'source-failed',
    /sent no posting in the page after sequence 0 of 1000/,
  ],
  [
    'pages sent twice',
    { kind: 'repeat-page', times: 99, path: 'after=150' },
    'source-failed',
    /began the page after sequence 150 of 1000 at .* with sequence 1, which it sent before/,
  ],
  [
    'changes of the day',
    { kind: 'etag-moves', times: 99, path: 'after=150' },
    'source-failed',
    /changed 2018-07-24 each of the 4 times/,
  ],
];

test.each(lasting)('%s without end are a failure of the source', async (_, fault, code, message) => {
  const { server } = await serve([fault]);
  const failed = await failure(patientExchange(server.url).fetch(date, fetchContext()));
  expect(failed).toEqual([code, expect.stringMatching(message)]);
});

test('it waits longer after each fault upon another, and briefly again once it went on', async () => {
  const { server } = await serve([
    { kind: 'error500', times: 4, path: 'after=0' },
    { kind: 'error500', times: 2, path: 'after=150' },
  ]);
  const pauses: number[] = [];
  await patientExchange(server.url, {}, pauses).fetch(date, fetchContext());
  expect(pauses).toEqual([250, 500, 1000, 2000, 250, 500]);
});

test('an abort ends the fetch at once, in a stall and in a pause', async () => {
  const { server } = await serve([{ kind: 'stall', times: 9, stallMs: 60_000 }]);
  const real = httpExchange({ url: server.url, idleMs: 60_000 });
  const stop = new AbortController();
  const doing = real.fetch(date, fetchContext({ signal: stop.signal }));
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(doing).rejects.toThrow('enough');
  server.faults.clear();
  server.faults.add({ kind: 'error500', times: 99 });
  const again = new AbortController();
  const pausing = real.fetch(date, fetchContext({ signal: again.signal }));
  setTimeout(() => again.abort(), 100);
  await expect(pausing).rejects.toThrow(/abort/);
});

test('a day that takes too long in all is a failure of the source', async () => {
  const { server } = await serve([{ kind: 'stall', times: 9, stallMs: 60_000 }]);
  const slow = httpExchange({ url: server.url, idleMs: 60_000, totalMs: 100 });
  expect(await failure(slow.fetch(date, fetchContext()))).toEqual([
    'source-failed',
    expect.stringMatching(/did not send 2018-07-24 within 100 ms/),
  ]);
});

test.each(['', 'exchange.example', 'ftp://exchange.example', '/v1'])(
  'the address "%s" is refused as configuration',
  (url) => {
    expect(() => httpExchange({ url })).toThrow(/is an address such as/);
  },
);
