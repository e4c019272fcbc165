import { describe, expect, test } from 'vitest';
import { bytesText, counted, durationText, membersText, rangesText } from '../../src/render/ranges.ts';

describe('days and months are told as ranges', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['2018-07-01'], '2018-07-01'],
    [['2018-07-02', '2018-07-01'], '2018-07-01 … 2018-07-02, 2 days'],
    [['2018-07-31', '2018-08-01', '2018-08-03'], '2018-07-31 … 2018-08-01, 2018-08-03, 3 days'],
    [['2018-11', '2018-12', '2019-01'], '2018-11 … 2019-01, 3 months'],
    [
      ['2018-07-01', '2018-07-03', '2018-07-05', '2018-07-07'],
      '2018-07-01, 2018-07-03, 2018-07-05, …, 4 days',
    ],
    [['2018-07-01', '2018-07-01'], '2018-07-01'],
  ];
  test.each(cases)('%j', (values, text) => expect(rangesText(values)).toBe(text));
});

describe('tasks of one name are told by their parameters', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['sales/date=2018-07-01', 'sales/date=2018-07-02'], '2018-07-01 … 2018-07-02, 2 days'],
    [['plain'], ''],
    [['shop/date=2018-07-01,kind=a'], 'date=2018-07-01,kind=a'],
    [['shop/kind=a', 'shop/kind=b'], 'kind=a, kind=b'],
    [
      ['a', 'b', 'c', 'd', 'e'].map((kind) => `shop/kind=${kind}`),
      'kind=a, kind=b, kind=c, kind=d, …, 5 tasks',
    ],
  ];
  test.each(cases)('%j', (ids, text) => expect(membersText(ids)).toBe(text));
});

describe('numbers are told with their unit', () => {
  test.each([
    [0, '0 ms'],
    [999.6, '1.0 s'],
    [1400, '1.4 s'],
    [12_345, '12 s'],
    [9_960, '10 s'],
    [59_999, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [3_720_000, '1 h 2 min'],
  ])('%s milliseconds', (durationMs, text) => expect(durationText(durationMs)).toBe(text));

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [1_400_000_000, '1.4 GB'],
  ])('%d bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  test('counts have their noun', () => {
    expect([counted(1, 'day'), counted(0, 'day'), counted(8_800_000, 'row')]).toEqual([
      '1 day',
      '0 days',
      '8,800,000 rows',
    ]);
  });
});
