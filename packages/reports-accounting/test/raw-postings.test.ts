import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Books } from './books.ts';
import { openBooks } from './books.ts';
import type { RawPosting } from './load-fixture.ts';
import { csv, load, ndjson, newDate, posting, postings, put, refusal } from './load-fixture.ts';

let books: Books;

beforeAll(() => {
  books = openBooks({ ledgerStart: '2018-07-01' });
});

afterAll(() => books.remove());

const least = '-9223372036854775808';
const most = '9223372036854775807';

const goodForms: readonly (readonly [string, (date: string) => string, (date: string) => string])[] = [
  [
    'NDJSON with every form that is allowed, fields in any order, unknown ones and CRLF',
    (date) =>
      `{"sequence":1,"transaction_id":${least},"account_id":"${most}","kind":"deposit","amount":"1234567890123456.7","currency":"EUR","occurred_at":"${date}T00:00:00Z"}\r\n` +
      `{"colour":{"a":[1]},"occurred_at":"${date}T23:59:59.999999+00:00","market_id":null,"currency":"EUR","amount":"-1234567890123456.70","kind":"adjustment","account_id":"-007","transaction_id":"${least}","sequence":"2"}\r\n`,
    (date) =>
      `1,${least},${most},deposit,1234567890123456.70,EUR,null,${date}T00:00:00.000000Z\n` +
      `2,${least},-7,adjustment,-1234567890123456.70,EUR,null,${date}T23:59:59.999999Z`,
  ],
  [
    'CSV with unknown columns that have names of any kind, or none, or the same',
    (date) =>
      `,sequence,transaction_id,account_id,kind,amount,currency,market_id,occurred_at,Amount,x,x,"a, ""b""","c, ""b""",line\n` +
      `0,1,5,12,stake,-3,GBP,,${date}T12:00:00Z,9,1,2,3,4,77\n` +
      `1,2,5,13,stake,3,GBP,99,${date}T12:00:00Z,,,,,,\n`,
    (date) =>
      `1,5,12,stake,-3.00,GBP,null,${date}T12:00:00.000000Z\n` +
      `2,5,13,stake,3.00,GBP,99,${date}T12:00:00.000000Z`,
  ],
  [
    'CSV with columns in any order, quotes, a field too many, a byte order mark and a blank last line',
    (date) =>
      `\uFEFF"kind",amount,account_id,sequence,colour,transaction_id,market_id,currency,occurred_at\r\n` +
      `stake,-3,12,1,"red, or ""blue""",5,,GBP,${date}T12:00:00.5Z\r\n` +
      `"stake","3.0",13,2,,5,99,GBP,${date}T12:00:00.500Z\r\n\r\n`,
    (date) =>
      `1,5,12,stake,-3.00,GBP,null,${date}T12:00:00.500000Z\n` +
      `2,5,13,stake,3.00,GBP,99,${date}T12:00:00.500000Z`,
  ],
];

test.each(goodForms)('%s is read exactly', async (_, content, rows) => {
  const date = newDate();
  put(books, `${date}.${content(date).startsWith('{') ? 'ndjson' : 'csv'}`, content(date));
  expect(await load(books, date)).toMatchObject({ kind: 'published' });
  const found = await books.rows('transactions', { date });
  expect(found.map((row) => Object.values(row).map(String).join(',')).join('\n')).toBe(rows(date));
});

test.each(['ndjson', 'ndjson.gz', 'csv', 'csv.gz'])(
  'a day of no postings is a table of no rows (%s)',
  async (ending) => {
    const date = newDate();
    put(books, `${date}.${ending}`, ending.startsWith('csv') ? csv([], Object.keys(posting(date, 1))) : '');
    expect(await load(books, date)).toMatchObject({ kind: 'published', rows: 0, unverified: true });
  },
);

test('a byte order mark before NDJSON and blank lines behind it are no records', async () => {
  const date = newDate();
  put(books, `${date}.ndjson.gz`, `\uFEFF${ndjson(postings(date, 2))}\n`);
  expect(await load(books, date)).toMatchObject({ kind: 'published', rows: 2 });
});

// The third of four postings is changed; each message names its line, its sequence, the value and what would be right.
const ids = 'is not a whole number of 64 bits in digits';
const money = 'is not text in quotes of at most 16 digits and two decimals, such as "-12.30"';
const time = 'is not a time in UTC that exists, of the form 2018-07-24T13:59:00.123456Z';
const kinds = 'is not one of deposit, withdrawal, stake, payout, commission, bonus, adjustment';
const bad: readonly (readonly [RawPosting, string])[] = [
  [{ account_id: undefined }, 'account_id is missing'],
  [{ account_id: null }, 'account_id is missing'],
  [{ account_id: '' }, `account_id "" ${ids}`],
  [{ account_id: 'null' }, `account_id "null" ${ids}`],
  [{ account_id: 12.5 }, `account_id "12.5" ${ids}`],
  [{ account_id: ' 12' }, `account_id " 12" ${ids}`],
  [{ account_id: '1_000' }, `account_id "1_000" ${ids}`],
  [{ account_id: '0x1F' }, `account_id "0x1F" ${ids}`],
  [{ account_id: '+12' }, `account_id "+12" ${ids}`],
  [{ account_id: '1e3' }, `account_id "1e3" ${ids}`],
  [{ account_id: '9223372036854775808' }, `account_id "9223372036854775808" ${ids}`],
  [{ account_id: '00000000000000000001' }, `account_id "00000000000000000001" ${ids}`],
  [{ account_id: true }, `account_id "true" ${ids}`],
  [{ account_id: { id: 12 } }, String.raw`account_id "{\"id\":12}" ${ids}`],
  [{ account_id: `12${'3'.repeat(100)}` }, `account_id "12${'3'.repeat(58)}" ${ids}`],
  [{ transaction_id: 'T1' }, `transaction_id "T1" ${ids}`],
  [{ transaction_id: undefined }, 'transaction_id is missing'],
  [{ market_id: 'Ascot' }, `market_id "Ascot" ${ids}`],
  [{ kind: 'gift' }, `kind "gift" ${kinds}`],
  [{ kind: 'Stake' }, `kind "Stake" ${kinds}`],
  [{ kind: undefined }, 'kind is missing'],
  [{ kind: "sta'ke\n" }, String.raw`kind "sta'ke\n" ${kinds}`],
  [{ amount: 12.5 }, `amount 12.5 ${money}`],
  [{ amount: 12 }, `amount 12 ${money}`],
  [{ amount: '12.305' }, `amount "12.305" ${money}`],
  [{ amount: '12.' }, `amount "12." ${money}`],
  [{ amount: '.50' }, `amount ".50" ${money}`],
  [{ amount: '+1.00' }, `amount "+1.00" ${money}`],
  [{ amount: '1e2' }, `amount "1e2" ${money}`],
  [{ amount: '1,000.00' }, `amount "1,000.00" ${money}`],
  [{ amount: ' 1.00' }, `amount " 1.00" ${money}`],
  [{ amount: '12345678901234567' }, `amount "12345678901234567" ${money}`],
  [{ amount: '' }, `amount "" ${money}`],
  [{ amount: '-' }, `amount "-" ${money}`],
  [{ amount: 'NaN' }, `amount "NaN" ${money}`],
  [{ amount: null }, 'amount is missing'],
  [{ amount: undefined }, 'amount is missing'],
  [{ currency: 'eur' }, 'currency "eur" is not three capital letters'],
  [{ currency: 'EURO' }, 'currency "EURO" is not three capital letters'],
  [{ currency: 'ÉUR' }, 'currency "ÉUR" is not three capital letters'],
  [{ currency: undefined }, 'currency is missing'],
  [{ occurred_at: undefined }, 'occurred_at is missing'],
  [{ occurred_at: 1532433600 }, `occurred_at "1532433600" ${time}`],
  [{ occurred_at: '2018-07-24' }, `occurred_at "2018-07-24" ${time}`],
  [{ occurred_at: '2018-07-24T12:00:00' }, `occurred_at "2018-07-24T12:00:00" ${time}`],
  [{ occurred_at: '2018-07-24 12:00:00Z' }, `occurred_at "2018-07-24 12:00:00Z" ${time}`],
  [{ occurred_at: '2018-07-24T12:00:00+01:00' }, `occurred_at "2018-07-24T12:00:00+01:00" ${time}`],
  [{ occurred_at: '2018-07-24T12:00:00.1234567Z' }, `occurred_at "2018-07-24T12:00:00.1234567Z" ${time}`],
  [{ occurred_at: '2018-02-30T12:00:00Z' }, `occurred_at "2018-02-30T12:00:00Z" ${time}`],
  [{ occurred_at: '2018-07-24T12:61:00Z' }, `occurred_at "2018-07-24T12:61:00Z" ${time}`],
];

test.each(bad)('a posting with %o is refused by line, sequence and value', async (change, why) => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, 4, { 3: change })));
  expect(await refusal(books, date)).toBe(
    `transactions/date=${date} cannot be loaded from ${date}.ndjson: line 3 (sequence 3): ${why}. ` +
      'Have the exchange correct this posting, then run again.',
  );
});

test('a sequence that cannot be read is refused by line', async () => {
  const date = newDate();
  put(books, `${date}.ndjson`, ndjson(postings(date, 4, { 3: { sequence: 'three' } })));
  expect(await refusal(books, date)).toContain(`line 3: sequence "three" ${ids}`);
});

test.each([
  [{ amount: '12.305' }, 'amount "12.305" is not text of at most 16 digits and two decimals, such as -12.30'],
  [{ amount: null }, 'amount is missing'],
  [{ account_id: null }, 'account_id is missing'],
  [{ kind: 'gift' }, 'kind "gift"'],
])('a CSV record with %o is refused by its line below the header', async (change, why) => {
  const date = newDate();
  put(books, `${date}.csv`, csv(postings(date, 4, { 3: change })));
  expect(await refusal(books, date)).toContain(`line 4 (sequence 3): ${why}`);
});

const cut: readonly (readonly [string, (date: string) => string, RegExp])[] = [
  ['a line that is no JSON', (date) => `${ndjson(postings(date, 2))}sorry\n`, /line 3 is not JSON/],
  ['a line that is no record', (date) => `${ndjson(postings(date, 2))}[1,2]\n`, /line 3/],
  ['a cut last line', (date) => ndjson(postings(date, 3)).slice(0, -20), /line 3 is not JSON/],
];

test.each(cut)('NDJSON with %s is refused by its line', async (_, content, message) => {
  const date = newDate();
  put(books, `${date}.ndjson`, content(date));
  expect(await refusal(books, date)).toMatch(message);
});

test('a cut CSV record is refused by its line', async () => {
  const date = newDate();
  const text = csv(postings(date, 3));
  put(books, `${date}.csv`, text.slice(0, text.lastIndexOf(',EUR')));
  expect(await refusal(books, date)).toMatch(/line 4/);
});

test.each([
  [
    'without a header',
    (date: string) => csv([posting(date, 1)]).split('\n')[1] ?? '',
    'does not name sequence',
  ],
  [
    'whose header leaves out a field',
    (date: string) =>
      csv(
        [],
        Object.keys(posting(date, 1)).filter((name) => name !== 'account_id'),
      ),
    'does not name account_id:',
  ],
  ['that is empty', () => '', 'does not name sequence'],
  [
    'that names a column twice',
    (date: string) => csv([], [...Object.keys(posting(date, 1)), 'market_id']),
    'names "market_id" twice',
  ],
  [
    'that names a required column twice',
    (date: string) => csv([], [...Object.keys(posting(date, 1)), 'kind']),
    'names "kind" twice',
  ],
])('a CSV file %s is refused', async (_, content, why) => {
  const date = newDate();
  put(books, `${date}.csv`, content(date));
  expect(await refusal(books, date)).toContain(why);
});
