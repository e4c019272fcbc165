import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusedFunctions, subsetFunctions, subsetIntervals, subsetTypes } from '@daybook/core';
import { expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';

const document = readFileSync(join(root, 'docs/sql-jobs.md'), 'utf8');

/** The rows of the first table in a section, as cells of plain text: code without its marks, `\|` as the sign. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = document.split(`\n## ${heading}\n`);
  const [, ...lines] = /(?:^\|.*\n)+/m.exec(section)?.[0].trim().split('\n') ?? [];
  return lines.slice(1).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
  );
}

function plain(cell: string): string {
  return cell.replaceAll('`', '');
}

test('docs/sql-jobs.md has every function of the allow-list with its note, and no other', () => {
  const told = rowsOf('Functions and operators').map(([written = '', kind, note]) => [
    plain(written),
    kind,
    note,
  ]);
  const there = Object.entries(subsetFunctions).map(([name, { written, kind, takes, note }]) => [
    written ?? `${name}(${takes.join(', ')})`,
    kind,
    note,
  ]);
  expect(told).toEqual(there);
});

test('docs/sql-jobs.md has every type that may be cast to, and no other', () => {
  const told = rowsOf('Types').map((cells) => cells.map(plain));
  expect(told).toEqual(Object.entries(subsetTypes));
});

test('docs/sql-jobs.md has every unit of an interval, and no other', () => {
  const [, units = ''] = /`INTERVAL '1' …` of ([^.]*)\./.exec(document) ?? [];
  expect([...units.matchAll(/`(\w+)`/g)].map(([, unit]) => unit)).toEqual(Object.values(subsetIntervals));
});

test('docs/sql-jobs.md has every function that is refused with its reason and its remedy, and no other', () => {
  const told = rowsOf('Refused functions').flatMap(([names = '', why = '', instead = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [
      name,
      { why: plain(why), instead: plain(instead) },
    ]),
  );
  expect(Object.fromEntries(told)).toEqual(refusedFunctions);
  expect(told).toHaveLength(Object.keys(refusedFunctions).length);
});
