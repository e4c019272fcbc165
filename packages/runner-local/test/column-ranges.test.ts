import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Footer } from '../src/column-ranges.ts';
import { columnRanges, columnsIn } from '../src/column-ranges.ts';
import { footerLength, parseFooter } from '../src/parquet-footer.ts';
import { query, temporaryFolder } from './project.ts';

const k = 1024;

/** Columns as `name start length`, lengths and places in KiB; `?` for a length that is not told. */
function footerOf(text: string, dataKiB: number): Footer {
  const stretches = text.split(', ').map((each) => {
    const [column = '', start, length] = each.split(' ');
    return { column, start: Number(start) * k, length: length === '?' ? undefined : Number(length) * k };
  });
  return { stretches, dataBytes: dataKiB * k };
}

test.each([
  ['one column of one row group', 'a 0 10, b 10 10', 'b', '10+10'],
  ['neighbours are one range', 'a 0 10, b 10 10, c 20 10', 'a b', '0+20'],
  ['a gap of 64 KiB is read', 'a 0 10, b 10 64, c 74 10', 'a c', '0+84'],
  ['a larger one is not', 'a 0 10, b 10 65, c 75 10', 'a c', '0+10 75+10'],
  ['in every row group', 'a 0 10, b 10 90, a 100 10, b 110 90', 'a', '0+10 100+10'],
  ['in order, whatever the order in the footer', 'b 300 10, a 100 10', 'a b', '100+10 300+10'],
  ['one within another', 'a 0 100, a 10 5, a 400 1', 'a', '0+100 400+1'],
  ['a length that is not told reaches to what begins next', 'a 0 10, a 300 ?, b 350 10', 'a', '0+10 300+50'],
  ['or to the footer', 'a 0 10, b 10 10, a 300 ?', 'a', '0+10 300+200'],
  ['names are compared as SQL does', 'Amount 0 10, b 200 10', 'aMOUNT', '0+10'],
  ['two columns of a name that differ in case', 'a 0 10, A 200 10', 'a', '0+10 200+10'],
  ['a column that is not there', 'a 0 10', 'b', ''],
])('%s', (_, footer, names, expected) => {
  const ranges = columnRanges(footerOf(footer, 500), names.split(' '));
  expect(ranges.map(({ start, length }) => `${start / k}+${length / k}`).join(' ')).toBe(expected);
});

describe('of a file as DuckDB writes it', () => {
  test('all columns together are all bytes before the footer, bloom filters too', async () => {
    const { bytes, footer, length } = await written('COMPRESSION zstd, ROW_GROUP_SIZE 20000');
    expect(columnsIn(footer)).toEqual(['id', 'kind', 'nested']);
    // A file begins with a mark of four bytes.
    expect(columnRanges(footer, columnsIn(footer))).toEqual([
      { start: 4, length: bytes.length - length - 4 },
    ]);
  });

  test('bloom filters lie elsewhere than pages, and belong to their column', async () => {
    const { footer } = await written('COMPRESSION zstd, ROW_GROUP_SIZE 20000');
    expect(footer.stretches.filter((stretch) => stretch.column === 'id')).toHaveLength(5);
    expect(footer.stretches.filter((stretch) => stretch.column === 'kind')).toHaveLength(10);
  });

  test('a footer that is cut, no footer and one of another file are refused', async () => {
    const { bytes, length } = await written('COMPRESSION zstd');
    const end = bytes.subarray(bytes.length - length);
    expect(footerLength(end.subarray(0, -1), bytes.length)).toBeUndefined();
    expect(footerLength(Buffer.alloc(100), bytes.length)).toBeUndefined();
    expect(footerLength(end, length - 1)).toBeUndefined();
    expect(await parseFooter(end.subarray(20), bytes.length)).toBeUndefined();
    expect(await parseFooter(end, length + 20)).toBeUndefined();
  });
});

async function written(options: string) {
  const path = join(temporaryFolder(), 'file.parquet');
  await query(`COPY (SELECT hash(n) AS id, 'k' || n % 50 AS kind, {'a': [n]} AS nested FROM range(100000) numbers(n))
    TO '${path}' (FORMAT parquet, ${options})`);
  const bytes = readFileSync(path);
  const length = footerLength(bytes.subarray(-100), bytes.length) ?? 0;
  const footer = await parseFooter(bytes.subarray(bytes.length - length), bytes.length);
  if (footer === undefined) throw new Error('The footer is not understood.');
  return { bytes, footer, length };
}
