import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { httpExchange } from '../src/index.ts';
import { date, failure, fetchContext, fileOf } from './fetch-fixture.ts';
import { ndjson, postings } from './load-fixture.ts';

// Servers that behave as the simulated exchange never does.

interface Odd {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const records = postings(date, 4);
const totals = JSON.stringify({
  date,
  count: 4,
  currencies: [{ currency: 'EUR', count: 4, credits: '10.00', debits: '10.00' }],
});
const etag = '"one"';

/** What a server that is not odd answers: totals, and pages of two lines. */
function ordinary(request: IncomingMessage): Odd {
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  const after = afterOf(request);
  if (after === undefined) return { headers: { etag }, body: totals };
  return { headers: { etag }, body: ndjson(records.slice(after, after + 2)) };
}

function afterOf(request: IncomingMessage): number | undefined {
  const after = URL.parse(request.url ?? '', 'http://exchange')?.searchParams.get('after');
  return after === null || after === undefined ? undefined : Number(after);
}

/** Fetches the day from a server that answers `odd`, or as an ordinary one where that is undefined. */
async function fetchFrom(
  odd: (request: IncomingMessage, requests: number) => Odd | undefined,
  options: { readonly url?: (base: string) => string; readonly pauses?: number[] } = {},
) {
  let requests = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests += 1;
    const { status = 200, headers = {}, body = '' } = odd(request, requests) ?? ordinary(request);
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    response.end(body);
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pause = async (ms: number): Promise<void> => void options.pauses?.push(ms);
  const clock = { sleep: pause, random: () => 1 };
  const exchange = httpExchange({ url: options.url?.(base) ?? base, retries: 3, idleMs: 500, clock });
  return await exchange.fetch(date, fetchContext());
}

const page = (body: string | Buffer, headers: Odd['headers'] = {}): Odd => ({
  body,
  headers: { etag, ...headers },
});
const cutGzip = gzipSync(ndjson(records.slice(2))).subarray(0, -6);

const harmless: readonly (readonly [
  string,
  (request: IncomingMessage, requests: number) => Odd | undefined,
])[] = [
  ['nothing odd', () => undefined],
  [
    'weak ETags on pages',
    (request) => onPage(request, 0, page(ndjson(records.slice(0, 2)), { etag: `W/${etag}` })),
  ],
  [
    'gzip',
    (request) => onPage(request, 2, page(gzipSync(ndjson(records.slice(2))), { 'content-encoding': 'gzip' })),
  ],
  [
    'a gzip that ends before its trailer, once',
    (request, requests) =>
      requests > 3 ? undefined : onPage(request, 2, page(cutGzip, { 'content-encoding': 'gzip' })),
  ],
  [
    'a page without its last line feed',
    (request) => onPage(request, 2, page(ndjson(records.slice(2)).trimEnd())),
  ],
  [
    'a byte order mark on each page',
    (request) => {
      const after = afterOf(request);
      return after === undefined ? undefined : page(`\uFEFF${ndjson(records.slice(after, after + 2))}`);
    },
  ],
  ['more lines than were asked for', (request) => onPage(request, 0, page(ndjson(records)))],
  ['a page of HTML, once', (_, requests) => (requests === 2 ? page('<html>\n<body>\n') : undefined)],
  [
    'a page of another ETag, once',
    (_, requests) => (requests === 3 ? page('', { etag: '"two"' }) : undefined),
  ],
  ['a page that is not found, once', (_, requests) => (requests === 3 ? { status: 404 } : undefined)],
  ['being too busy, once', (_, requests) => (requests === 2 ? { status: 429 } : undefined)],
  [
    'a body with what is not found',
    (_, requests) => (requests === 3 ? { status: 404, body: 'gone' } : undefined),
  ],
];

test.each(harmless)('an exchange with %s costs no posting', async (_, odd) => {
  const fetched = fileOf(await fetchFrom(odd));
  expect(readFileSync(fetched.path, 'utf8')).toBe(ndjson(records));
});

test('a gap where a page begins is asked for again, and then left to the controls', async () => {
  const gap = ndjson(records.slice(3));
  let asked = 0;
  const fetched = fileOf(
    await fetchFrom((request) => {
      if (afterOf(request) !== 2) return undefined;
      asked += 1;
      return page(gap);
    }),
  );
  expect(asked).toBe(3);
  expect(readFileSync(fetched.path, 'utf8')).toBe(ndjson(records.slice(0, 2)) + gap);
});

const [one = {}, two = {}, three = {}, four = {}] = records;
const asSlices = (lines: readonly object[], size: number) => (request: IncomingMessage) => {
  const after = afterOf(request);
  return after === undefined ? undefined : page(ndjson(lines.slice(after, after + size) as typeof records));
};
const beyond =
  (lines: readonly (object & { readonly sequence?: unknown })[]) => (request: IncomingMessage) => {
    const after = afterOf(request);
    if (after === undefined) return undefined;
    return page(ndjson(lines.filter(({ sequence }) => Number(sequence) > after) as typeof records));
  };

test.each([
  ['a posting that comes again', beyond([one, two, two, three]), [one, two, two, three]],
  ['its last posting again', asSlices([one, two, three, three], 4), [one, two, three, three]],
  [
    'a posting again where a page begins',
    asSlices([one, two, two, three, four], 2),
    [one, two, two, three, three, four],
  ],
  ['postings in disorder at its end', asSlices([one, two, four, three], 4), [one, two, four, three]],
  [
    'a sequence that begins with 0',
    asSlices([{ ...one, sequence: 0 }, one, two, three], 4),
    [{ ...one, sequence: 0 }, one, two, three],
  ],
])('a day with %s is asked for again, and then left to the controls', async (_, odd, lines) => {
  const fetched = fileOf(await fetchFrom(odd));
  expect(readFileSync(fetched.path, 'utf8')).toBe(ndjson(lines as typeof records));
});

test('the exchange says how long it wants to be left alone', async () => {
  const pauses: number[] = [];
  const busy: Odd = { status: 503, headers: { 'retry-after': '7' } };
  await fetchFrom((_, requests) => (requests === 1 ? busy : undefined), { pauses });
  expect(pauses).toEqual([7000]);
});

test('credentials and query go with each request and are nowhere to be seen', async () => {
  const seen: (string | undefined)[] = [];
  const url = (base: string): string => `${base.replace('//', '//me:hush@')}/books/?key=secret#part`;
  const fetched = fileOf(
    await fetchFrom(
      (request) => {
        seen.push(
          request.headers.authorization,
          new URL(request.url ?? '', 'http://x').searchParams.get('key') ?? '',
        );
        return undefined;
      },
      { url },
    ),
  );
  expect([...new Set(seen)]).toEqual([`Basic ${Buffer.from('me:hush').toString('base64')}`, 'secret']);
  expect(JSON.stringify(fetched.source)).toMatch(
    /^\{"kind":"http","url":"http:\/\/127\.0\.0\.1:\d+\/books\/v1\/days\/2018-07-24","etag"/,
  );
  const [, message] = await failure(fetchFrom(() => ({ status: 403 }), { url }));
  expect(message).not.toMatch(/hush|secret|key=/);
});

const failing: readonly (readonly [string, (request: IncomingMessage) => Odd | undefined, string, RegExp])[] =
  [
    ['401', () => ({ status: 401 }), 'job-failed', /answered 401 .*check the credentials/],
    ['400', () => ({ status: 400 }), 'job-failed', /answered 400 .*check the `url`/],
    ['a redirection', () => ({ status: 302, headers: { location: '/' } }), 'job-failed', /answered 302/],
    ['no ETag', () => ({ body: totals }), 'job-failed', /sent no ETag at/],
    [
      'no ETag on pages',
      (request) => onPage(request, 2, { body: 'x' }),
      'job-failed',
      /sent no ETag at .*transactions/,
    ],
    ['304 unasked', () => ({ status: 304 }), 'source-failed', /answered 304/],
    [
      'totals of no sense',
      () => ({ headers: { etag }, body: '[]' }),
      'input-unreadable',
      /the document is \[\]/,
    ],
    [
      'another content encoding',
      (request) => onPage(request, 0, page(deflateSync(ndjson(records)), { 'content-encoding': 'deflate' })),
      'source-failed',
      /content encoding "deflate"/,
    ],
    [
      'a gzip that always ends before its trailer',
      (request) => onPage(request, 2, page(cutGzip.subarray(0, 30), { 'content-encoding': 'gzip' })),
      'source-failed',
      /connection to the exchange broke at .*unexpected end of file.*asked 4 times/,
    ],
    [
      'a last line whose sequence cannot be read',
      (request) => onPage(request, 2, page('{"sequence":3}\n{"sequence":"four"}\n')),
      'input-unreadable',
      /A line of the page after sequence 2 of 4 .*four.*Have the exchange correct it/,
    ],
    [
      'pages that end before they begin',
      (request) => onPage(request, 2, page('{"sequence":3}\n{"sequence":1}\n')),
      'source-failed',
      /ended the page after sequence 2 of 4 at .* with sequence 1/,
    ],
  ];

test.each(failing)('an exchange with %s fails', async (_, odd, code, message) => {
  expect(await failure(fetchFrom(odd))).toEqual([code, expect.stringMatching(message)]);
});

test('an exchange that is not there is asked again, and then a failure of the source', async () => {
  const clock = { sleep: async () => undefined, random: () => 1 };
  const nowhere = httpExchange({ url: 'http://127.0.0.1:1', retries: 2, clock });
  expect(await failure(nowhere.fetch(date, fetchContext()))).toEqual([
    'source-failed',
    expect.stringMatching(
      /broke at http:\/\/127\.0\.0\.1:1\/v1\/days\/2018-07-24: .*ECONNREFUSED.*asked 3 times/,
    ),
  ]);
});

function onPage(request: IncomingMessage, after: number, odd: Odd): Odd | undefined {
  return afterOf(request) === after ? odd : undefined;
}
