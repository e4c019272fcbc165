import { expect, test } from 'vitest';
import { tableLines, wrapped } from '../../src/render/columns.ts';
import { cut, widthOf } from '../../src/render/text-width.ts';

const widths: readonly (readonly [string, number])[] = [
  ['', 0],
  ['abc', 3],
  ['Zürich → 5 €, „ja“ ● … ✓', 24],
  ['e\u0301', 1],
  ['日本', 4],
  ['한국', 4],
  ['ｆｕｌｌ', 8],
  ['ｶﾅ', 2],
  ['🙂', 2],
  ['👩‍👩‍👧', 2],
  ['🇨🇭', 2],
  ['❤️', 2],
  ['\u001B[31mred\u001B[39m', 3],
  ['\u200B', 0],
];

test.each(widths)('%j takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('a text is cut between letters, and never takes more than it may', () => {
  expect(cut('日本語', 6)).toBe('日本語');
  expect(cut('日本語', 5)).toBe('日本…');
  expect(cut('日本語', 4)).toBe('日…');
  expect(cut('a👩‍👩‍👧b', 3)).toBe('a…');
  expect(cut('abcd', 3)).toBe('ab…');
});

test('columns are aligned and lines broken by what is seen', () => {
  expect(
    tableLines(
      [{ title: 'name' }, { title: 'n', right: true }],
      [
        ['日本', '1'],
        ['ab', '22'],
      ],
    ),
  ).toEqual(['name   n', '日本   1', 'ab    22']);
  expect(wrapped('日本 日本', 8)).toEqual(['日本', '日本']);
});
