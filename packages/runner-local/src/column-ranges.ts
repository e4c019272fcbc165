import type { Range } from '@daybook/core';

/** A stretch of a Parquet file that belongs to one column, by the name at the top of its schema. */
export interface ColumnStretch {
  readonly column: string;
  readonly start: number;
  /** Undefined where it is not told: then it reaches to whatever begins next. */
  readonly length: number | undefined;
}

/** Where everything lies in a Parquet file, before its footer. */
export interface Footer {
  readonly stretches: readonly ColumnStretch[];
  /** Where the footer begins. */
  readonly dataBytes: number;
}

/** Two ranges with so few bytes between them are one: reading them costs less than one request more. */
const gapBytes = 64 * 1024;

/** The columns of a file, once each, in the case in which it has them. */
export function columnsIn(footer: Footer): readonly string[] {
  return [...new Set(footer.stretches.map((stretch) => stretch.column))];
}

/** The ranges of a file that hold all of some columns, in order and apart. Names are compared as SQL does. */
export function columnRanges(footer: Footer, columns: readonly string[]): readonly Range[] {
  const wanted = new Set(columns.map((name) => name.toLowerCase()));
  const starts = footer.stretches.map((stretch) => stretch.start);
  const next = (start: number): number =>
    starts.reduce((end, each) => (each > start && each < end ? each : end), footer.dataBytes);
  const ranges = footer.stretches
    .filter((stretch) => wanted.has(stretch.column.toLowerCase()))
    .map(({ start, length }) => ({ start, length: length ?? next(start) - start }));
  return joined(ranges);
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || range.start - (last.start + last.length) > gapBytes) {
      result.push(range);
      continue;
    }
    const end = Math.max(last.start + last.length, range.start + range.length);
    result[result.length - 1] = { start: last.start, length: end - last.start };
  }
  return result;
}

/** How many bytes ranges hold. */
export function rangesBytes(ranges: readonly Range[]): number {
  return ranges.reduce((sum, range) => sum + range.length, 0);
}
