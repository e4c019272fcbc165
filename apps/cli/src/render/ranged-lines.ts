import { alignedLines, indented, wrapped } from './columns.ts';
import { cut, widthOf } from './text-width.ts';

const shorter: readonly ((range: string) => string)[] = [
  (range) => range,
  // The count of days stands in another column already.
  (range) => range.replace(/, \d[\d,]* (days|months)$/, ''),
  (range) => range.replace(/, \d[\d,]* (days|months)$/, '').replace(/(\d{4}-)(\d\d-\d\d) … \1/g, '$1$2 … '),
];

/**
 * Lines in aligned columns of which the last is a range of days, told as fully as `width` allows; where it does not fit beside
 * the others at all, on a line of its own below them.
 */
export function rangedLines(
  rows: readonly (readonly string[])[],
  width: number,
  paintRange: (text: string) => string,
): readonly string[] {
  const told = shorter.map((shorten) =>
    alignedLines(rows.map((row) => [...row.slice(0, -1), shorten(row.at(-1) ?? '')])),
  );
  const lines = told.find((each) => each.every((line) => widthOf(line) <= width));
  if (lines === undefined) return foldedLines(rows, width, paintRange);
  const start = Math.max(
    0,
    ...alignedLines(rows.map((row) => [...row.slice(0, -1), '|'])).map((line) => line.length - 1),
  );
  return lines.map((line) => `${line.slice(0, start)}${paintRange(line.slice(start))}`);
}

function foldedLines(
  rows: readonly (readonly string[])[],
  width: number,
  paintRange: (text: string) => string,
): readonly string[] {
  const heads = alignedLines(rows.map((row) => row.slice(0, -1)));
  return rows.flatMap((row, index) => {
    const range = row.at(-1) ?? '';
    const room = width - 2;
    const told = shorter.map((shorten) => shorten(range));
    const fitting = told.find((text) => widthOf(text) <= room) ?? cut(told.at(-1) ?? '', room);
    const head = heads[index] ?? '';
    const [name = '', ...facts] = row.slice(0, -1);
    const headLines =
      widthOf(head) <= width ? [head] : [cut(name, width), ...indented(wrapped(facts.join('  '), room))];
    return [...headLines, ...(range === '' ? [] : indented([paintRange(fitting)]))];
  });
}
