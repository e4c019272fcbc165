import { alignedLines, cut, widthOf } from './columns.ts';

const shorter: readonly ((range: string) => string)[] = [
  (range) => range,
  // The count of days stands in another column already.
  (range) => range.replace(/, \d[\d,]* (days|months)$/, ''),
  (range) => range.replace(/, \d[\d,]* (days|months)$/, '').replace(/(\d{4}-)(\d\d-\d\d) … \1/g, '$1$2 … '),
];

/** Lines in aligned columns of which the last is a range of days, told as fully as `width` allows. */
export function rangedLines(
  rows: readonly (readonly string[])[],
  width: number,
  paintRange: (text: string) => string,
): readonly string[] {
  const told = shorter.map((shorten) =>
    alignedLines(rows.map((row) => [...row.slice(0, -1), shorten(row.at(-1) ?? '')])),
  );
  const lines =
    told.find((each) => each.every((line) => widthOf(line) <= width)) ??
    (told.at(-1) ?? []).map((line) => cut(line, width));
  const start = Math.max(
    0,
    ...alignedLines(rows.map((row) => [...row.slice(0, -1), '|'])).map((line) => line.length - 1),
  );
  return lines.map((line) => `${line.slice(0, start)}${paintRange(line.slice(start))}`);
}
