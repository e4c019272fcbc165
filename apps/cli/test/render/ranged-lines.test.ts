import { expect, test } from 'vitest';
import { rangedLines } from '../../src/render/ranged-lines.ts';

const rows = [
  ['transactions', '2 published', '2018-07-30 … 2018-07-31, 2 days'],
  ['report', '1 published', '2018-07'],
];
const lines = (width: number): readonly string[] => rangedLines(rows, width, (text) => `<${text}>`);

test('a range is told as fully as the line allows', () => {
  expect(lines(80)).toEqual([
    'transactions  2 published  <2018-07-30 … 2018-07-31, 2 days>',
    'report        1 published  <2018-07>',
  ]);
  expect(lines(57)[0]).toBe('transactions  2 published  <2018-07-30 … 2018-07-31>');
  expect(lines(49)[0]).toBe('transactions  2 published  <2018-07-30 … 07-31>');
});

test('a range that does not fit beside the rest stands below it', () => {
  expect(lines(38)).toEqual([
    'transactions  2 published',
    '  <2018-07-30 … 2018-07-31, 2 days>',
    'report        1 published',
    '  <2018-07>',
  ]);
  expect(lines(20).slice(0, 3)).toEqual(['transactions', '  2 published', '  <2018-07-30 … 07-31>']);
});

test('ranges of months and of two years stay whole', () => {
  const other = [
    ['a', '2 published', '2018-07 … 2018-08, 2 months'],
    ['b', '9 published', '2018-12-30 … 2019-01-07, 9 days'],
  ];
  expect(rangedLines(other, 42, (text) => text)).toEqual([
    'a  2 published  2018-07 … 2018-08',
    'b  9 published  2018-12-30 … 2019-01-07',
  ]);
});
