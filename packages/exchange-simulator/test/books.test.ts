import { describe, expect, test } from 'vitest';
import { createExchange, exchangeAccounts, ndjsonLine, type Posting } from '../src/index.ts';
import { date, dayText, exchangeOf } from './fixtures.ts';

describe('the books', () => {
  test('are the same bytes for the same seed and day, in another exchange', () => {
    expect(dayText(exchangeOf({ seed: 7 }))).toBe(dayText(exchangeOf({ seed: '7' })));
  });

  test('keep these very bytes: changing them changes every exchange that people rely on', () => {
    const [first, second] = exchangeOf({ seed: 1 }).postings(date);
    expect([first, second].map((posting) => ndjsonLine(posting!))).toMatchInlineSnapshot(`
      [
        "{"sequence":1,"transaction_id":1773600000001,"account_id":1158,"kind":"commission","amount":"-1.00","currency":"EUR","market_id":null,"occurred_at":"2018-07-24T00:00:05.229Z"}
      ",
        "{"sequence":2,"transaction_id":1773600000001,"account_id":1,"kind":"commission","amount":"1.00","currency":"EUR","market_id":null,"occurred_at":"2018-07-24T00:00:05.229Z"}
      ",
      ]
    `);
  });

  test('differ by seed, by day and by the number of customers', () => {
    const own = dayText(exchangeOf({ seed: 7 }));
    expect(dayText(exchangeOf({ seed: 8 }))).not.toBe(own);
    expect(dayText(exchangeOf({ seed: 7 }), '2018-07-25').replaceAll('2018-07-25', date)).not.toBe(own);
    expect(dayText(exchangeOf({ seed: 7, customers: 10 }))).not.toBe(own);
  });

  test.each([0, 2, 3, 4, 5, 2047, 2048, 2049, 4097, 10_000])(
    'have just %d postings when told so',
    (count) => {
      const postings = [...exchangeOf({ postingsPerDay: count }).postings(date)];
      expect(postings.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: count }, (_, i) => i + 1),
      );
      expect(unbalanced(postings)).toEqual([]);
    },
  );

  test('can be read from any sequence on', () => {
    const exchange = exchangeOf({ postingsPerDay: 6_000 });
    exchange.addLate(date, 20);
    const whole = [...exchange.postings(date)];
    expect(whole).toHaveLength(6_046);
    for (const after of [1, 2047, 2048, 2049, 4095, 4096, 5_999, 6_000, 6_001, 6_013, 6_045, 6_046, 9_999]) {
      expect([...exchange.postings(date, after)], `after ${after}`).toEqual(whole.slice(after));
    }
  });

  test('cost no more for a page at the end of a big day than for one at its start', () => {
    const exchange = exchangeOf({ postingsPerDay: 50_000_000 });
    const startMs = performance.now();
    expect([...exchange.postings(date, 49_999_990)]).toHaveLength(10);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  test('balance in every transaction and currency, late ones too', () => {
    const exchange = exchangeOf({ postingsPerDay: 30_000 });
    exchange.addLate(date, 50);
    expect(unbalanced([...exchange.postings(date)])).toEqual([]);
  });

  test('have transactions whose ids no other day has', () => {
    const exchange = exchangeOf({ postingsPerDay: 3_000 });
    const ids = ['2018-07-23', date].map(
      (day) => new Set([...exchange.postings(day)].map(({ transactionId }) => transactionId)),
    );
    expect([...ids[0]!].filter((id) => ids[1]!.has(id))).toEqual([]);
  });

  test('have every kind, and the commission of a payout goes to the house', () => {
    const postings = [...exchangeOf({ postingsPerDay: 20_000 }).postings(date)];
    expect([...new Set(postings.map(({ kind }) => kind))].sort()).toEqual([
      'adjustment',
      'bonus',
      'commission',
      'deposit',
      'payout',
      'stake',
      'withdrawal',
    ]);
    const payouts = new Set(
      postings.filter(({ kind }) => kind === 'payout').map(({ transactionId }) => transactionId),
    );
    const withoutCommission = [...payouts].filter((id) => {
      const lines = postings.filter(({ transactionId }) => transactionId === id);
      const house = lines.find(({ accountId }) => accountId === exchangeAccounts.house);
      return lines.length !== 3 || house?.kind !== 'commission' || house.amountMinor <= 0;
    });
    expect(withoutCommission).toEqual([]);
  });

  test('give each customer one currency, and a few customers most of the postings', () => {
    const postings = [...exchangeOf({ postingsPerDay: 30_000 }).postings(date)].filter(
      ({ accountId }) => accountId > 1000,
    );
    const currencies = Map.groupBy(postings, ({ accountId }) => accountId);
    for (const [account, own] of currencies) {
      expect(new Set(own.map(({ currency }) => currency)).size, `account ${account}`).toBe(1);
    }
    const busiest = [...currencies.values()]
      .map(({ length }) => length)
      .sort((a, b) => b - a)
      .slice(0, 20);
    expect(busiest.reduce((sum, count) => sum + count, 0) / postings.length).toBeGreaterThan(0.25);
  });

  test('are in the form of the protocol', () => {
    const withMarket = { null: 0, absent: 0, number: 0 };
    for (const line of dayText(exchangeOf({ postingsPerDay: 20_000 }))
      .trimEnd()
      .split('\n')) {
      const posting = JSON.parse(line) as Record<string, unknown>;
      expect(posting['amount']).toMatch(/^-?\d{1,16}(\.\d{1,2})?$/);
      expect(posting['amount']).not.toMatch(/^-?0(\.0+)?$/);
      expect(posting['occurred_at']).toMatch(/^2018-07-24T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/);
      expect(Number.isSafeInteger(posting['transaction_id'])).toBe(true);
      if (!('market_id' in posting)) withMarket.absent += 1;
      else withMarket[posting['market_id'] === null ? 'null' : 'number'] += 1;
    }
    expect(Object.values(withMarket).every((count) => count > 100)).toBe(true);
  });

  test('vary in size from day to day when told so', () => {
    const exchange = exchangeOf({ postingsPerDay: 1_000, variation: 0.5 });
    const counts = ['2018-07-20', '2018-07-21', '2018-07-22'].map((day) => exchange.day(day).count);
    expect(new Set(counts).size).toBe(3);
    expect(counts.every((count) => count >= 500 && count <= 1_500)).toBe(true);
  });

  test.each([
    [{ postingsPerDay: 1 }, /postingsPerDay/],
    [{ customers: 0 }, /customers/],
    [{ firstDay: '2018-02-30' }, /firstDay/],
    [{ currencies: { euro: 1 } }, /currencies.*euro/],
    [{ currencies: { EUR: -1 } }, /currencies.*EUR/],
    [{ lateShare: 1.5 }, /lateShare/],
    [{ today: 'yesterday' }, /today/],
  ])('refuse %j in a sentence', (options, sentence) => {
    expect(() => createExchange(options)).toThrow(sentence);
    expect(() => createExchange(options)).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });
});

/** The transactions and currencies whose lines do not sum to zero. */
function unbalanced(postings: readonly Posting[]): string[] {
  const sums = new Map<string, number>();
  for (const { transactionId, currency, amountMinor } of postings) {
    const key = `${transactionId} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0) + amountMinor);
  }
  return [...sums].filter(([, sum]) => sum !== 0).map(([key]) => key);
}
