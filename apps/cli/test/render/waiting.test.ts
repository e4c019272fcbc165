import { describe, expect, test } from 'vitest';
import { waitingLines } from '../../src/render/waiting.ts';

const days = ['2018-07-25', '2018-07-26', '2018-07-27'];

describe('what is waited for on many days is told once', () => {
  const cases: readonly (readonly [string, (day: string) => string, string])[] = [
    [
      'a day that is not over',
      (day) => `${day} to be over (today is 2018-07-25)`,
      'for 2018-07-25 … 2018-07-27, 3 days, to be over (today is 2018-07-25)',
    ],
    [
      'a day at the end',
      (day) => `the exchange to close ${day}`,
      'for the exchange to close 2018-07-25 … 2018-07-27, 3 days',
    ],
    [
      'a day within a word',
      (day) => `a file ${day}.csv in /in`,
      'for a file 2018-07-25.csv in /in (2018-07-25 … 2018-07-27, 3 days)',
    ],
    [
      'a day told twice',
      (day) => `${day} or ${day}.csv`,
      'for 2018-07-25 or 2018-07-25.csv (2018-07-25 … 2018-07-27, 3 days)',
    ],
    ['no day at all', () => 'rates', 'for rates'],
  ];
  test.each(cases)('%s', (_name, text, line) => {
    const waiting = days.map((day) => ({ task: `sales/date=${day}`, for: text(day) }));
    expect(waitingLines(waiting)).toEqual([line, '  sales 2018-07-25 … 2018-07-27, 3 days']);
  });
});

test('what differs in more than the day is told apart', () => {
  const waiting = [
    { task: 'sales/date=2018-07-25', for: 'the north to close 2018-07-25' },
    { task: 'sales/date=2018-07-26', for: 'the south to close 2018-07-26' },
  ];
  expect(waitingLines(waiting)).toHaveLength(4);
});
