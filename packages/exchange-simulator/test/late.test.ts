import { describe, expect, test } from 'vitest';
import { addDays } from '../src/calendar.ts';
import { date, dayText, exchangeOf } from './fixtures.ts';

describe('late postings', () => {
  test('continue the sequence and leave what was there as it was', () => {
    const exchange = exchangeOf({ postingsPerDay: 1_000 });
    const before = dayText(exchange);
    expect(exchange.addLate(date, 3)).toMatchObject({ count: 1_007, lateTransactions: 3 });
    const after = dayText(exchange);
    expect(after.startsWith(before)).toBe(true);
    expect(after.split('\n')).toHaveLength(1_008);
    exchange.addLate(date, 2);
    expect(dayText(exchange).startsWith(after)).toBe(true);
  });

  test('are the same told at once or bit by bit', () => {
    const atOnce = exchangeOf({ postingsPerDay: 100 });
    const bitByBit = exchangeOf({ postingsPerDay: 100 });
    atOnce.addLate(date, 5);
    bitByBit.addLate(date, 2);
    bitByBit.addLate(date, 3);
    expect(dayText(bitByBit)).toBe(dayText(atOnce));
    expect(bitByBit.day(date).etag).toBe(atOnce.day(date).etag);
  });

  test('change the ETag of their day and of no other', () => {
    const exchange = exchangeOf();
    const before = ['2018-07-23', date, '2018-07-25'].map((day) => exchange.day(day).etag);
    exchange.addLate(date, 1);
    const after = ['2018-07-23', date, '2018-07-25'].map((day) => exchange.day(day).etag);
    expect(new Set(before).size).toBe(3);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).not.toBe(before[1]);
  });

  test('are in the totals', async () => {
    const exchange = exchangeOf({ postingsPerDay: 1_000 });
    await exchange.totals(date);
    exchange.addLate(date, 1_000);
    const totals = await exchange.totals(date);
    expect(totals.count).toBe(3_333);
    expect(totals.currencies.reduce((sum, { count }) => sum + count, 0)).toBe(3_333);
    expect(await exchange.totals(date)).toEqual(totals);
  });

  test.each([0, -1, 1.5, 1_000_001, Number.NaN])('are not %d transactions', (transactions) => {
    expect(() => exchangeOf().addLate(date, transactions)).toThrow(/transactions/);
  });

  test('do not come to a day that is not closed', () => {
    expect(() => exchangeOf().addLate('2018-08-01', 1)).toThrow(/not closed.*2018-08-01/);
    expect(() => exchangeOf().addLate('2018-06-30', 1)).toThrow(/first day is 2018-07-01/);
  });

  test('come by share when the clock is past the day after, and to no day before that', () => {
    const exchange = exchangeOf({ lateShare: 1, today: '2018-07-25' });
    expect(exchange.day(date).lateTransactions).toBe(0);
    exchange.setToday('2018-07-26');
    expect(exchange.day(date).lateTransactions).toBeGreaterThan(0);
    expect(exchange.day('2018-07-25').lateTransactions).toBe(0);
  });

  test('come to about the share of days that was asked for', () => {
    const exchange = exchangeOf({ lateShare: 0.3, today: '2019-06-01' });
    const days = Array.from({ length: 300 }, (_, day) => exchange.day(addDays('2018-07-01', day)));
    const share = days.filter(({ lateTransactions }) => lateTransactions > 0).length / days.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });
});
