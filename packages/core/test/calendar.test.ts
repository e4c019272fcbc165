import { describe, expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  dayIn,
  daysBetween,
  firstDayOf,
  isDay,
  isMonth,
  lastDayOf,
  monthOf,
  monthsBetween,
} from '../src/calendar.ts';
import { rowsOf } from './text-table.ts';

describe('a day', () => {
  const days = rowsOf(
    ['text', 'day'],
    `
    text        | day
    2018-07-24  | yes
    2016-02-29  | yes
    2000-02-29  | yes
    1900-02-28  | yes
    1969-12-31  | yes
    0001-01-01  | yes
    9999-12-31  | yes
    2018-02-29  | no
    1900-02-29  | no
    2018-04-31  | no
    2018-13-01  | no
    2018-00-10  | no
    2018-01-00  | no
    2018-7-24   | no
    18-07-24    | no
    2018-07-24T | no
    +2018-07-24 | no
    20180724    | no
    today       | no
                | no
  `,
  );
  test.each(days)('"$text" is one: $day', ({ text, day }) => {
    expect(isDay(text)).toBe(day === 'yes');
  });

  test('is not one with white space or another line around it', () => {
    for (const text of [' 2018-07-24', '2018-07-24 ', '2018-07-24\n', '\n2018-07-24'])
      expect(isDay(text)).toBe(false);
  });

  const sums = rowsOf(
    ['day', 'count', 'sum'],
    `
    day        | count | sum
    2018-07-24 | 0     | 2018-07-24
    2018-07-31 | 1     | 2018-08-01
    2018-12-31 | 1     | 2019-01-01
    2018-01-01 | -1    | 2017-12-31
    2016-02-28 | 1     | 2016-02-29
    2018-02-28 | 1     | 2018-03-01
    2018-03-25 | 1     | 2018-03-26
    1970-01-01 | -1    | 1969-12-31
    2000-01-01 | 366   | 2001-01-01
  `,
  );
  test.each(sums)('$day and $count days is $sum', ({ day, count, sum }) => {
    expect(addDays(day, Number(count))).toBe(sum);
  });

  test('is of one month', () => expect(monthOf('2018-07-24')).toBe('2018-07'));
});

describe('a month', () => {
  const months = rowsOf(
    ['text', 'month'],
    `
    text      | month
    2018-07   | yes
    2018-12   | yes
    2018-00   | no
    2018-13   | no
    2018-7    | no
    2018      | no
    2018-07-1 | no
              | no
  `,
  );
  test.each(months)('"$text" is one: $month', ({ text, month }) => {
    expect(isMonth(text)).toBe(month === 'yes');
  });

  const sums = rowsOf(
    ['month', 'count', 'sum'],
    `
    month   | count | sum
    2018-07 | 0     | 2018-07
    2018-12 | 1     | 2019-01
    2018-01 | -1    | 2017-12
    2018-07 | 30    | 2021-01
    2018-07 | -19   | 2016-12
  `,
  );
  test.each(sums)('$month and $count months is $sum', ({ month, count, sum }) => {
    expect(addMonths(month, Number(count))).toBe(sum);
  });

  const ends = rowsOf(
    ['month', 'first', 'last'],
    `
    month   | first      | last
    2018-07 | 2018-07-01 | 2018-07-31
    2018-02 | 2018-02-01 | 2018-02-28
    2016-02 | 2016-02-01 | 2016-02-29
    2018-12 | 2018-12-01 | 2018-12-31
    9999-12 | 9999-12-01 | 9999-12-31
  `,
  );
  test.each(ends)('$month is from $first through $last', ({ month, first, last }) => {
    expect([firstDayOf(month), lastDayOf(month)]).toEqual([first, last]);
  });
});

describe('a range', () => {
  test('has its first and its last day', () => {
    expect(daysBetween('2018-02-27', '2018-03-01')).toEqual(['2018-02-27', '2018-02-28', '2018-03-01']);
    expect(daysBetween('2018-02-27', '2018-02-27')).toEqual(['2018-02-27']);
    expect(daysBetween('2018-01-01', '2018-12-31')).toHaveLength(365);
  });

  test('is empty when it ends before it begins', () => {
    expect(daysBetween('2018-02-27', '2018-02-26')).toEqual([]);
    expect(monthsBetween('2018-02', '2018-01')).toEqual([]);
  });

  test('of months crosses years', () => {
    expect(monthsBetween('2017-11', '2018-02')).toEqual(['2017-11', '2017-12', '2018-01', '2018-02']);
  });

  test('ends with the last day and month there are', () => {
    expect(daysBetween('9999-12-30', '9999-12-31')).toEqual(['9999-12-30', '9999-12-31']);
    expect(monthsBetween('9999-11', '9999-12')).toEqual(['9999-11', '9999-12']);
  });
});

describe('today', () => {
  const instants = rowsOf(
    ['instant', 'zone', 'day'],
    `
    instant                  | zone                | day
    2018-07-24T00:00:00.000Z | UTC                 | 2018-07-24
    2018-07-23T23:59:59.999Z | UTC                 | 2018-07-23
    2018-07-23T23:00:00.000Z | Europe/London       | 2018-07-24
    2018-07-23T22:59:59.999Z | Europe/London       | 2018-07-23
    2018-01-23T23:30:00.000Z | Europe/London       | 2018-01-23
    2018-07-24T03:59:59.999Z | America/New_York    | 2018-07-23
    2018-07-24T04:00:00.000Z | America/New_York    | 2018-07-24
    2018-07-24T10:00:00.000Z | Pacific/Kiritimati  | 2018-07-25
    1969-12-31T23:59:59.999Z | UTC                 | 1969-12-31
  `,
  );
  test.each(instants)('at $instant in $zone is $day', ({ instant, zone, day }) => {
    expect(dayIn(zone, Date.parse(instant))).toBe(day);
  });
});
