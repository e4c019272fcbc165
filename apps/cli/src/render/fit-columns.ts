import type { TextColumn } from './columns.ts';
import { columnGap } from './columns.ts';

/** The columns of a table that fit on a line, and those left out, by their index. */
export interface FittedColumns {
  /** Before and behind the gap; all are before it when none is hidden. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly hidden: readonly number[];
}

/** What stands for the hidden columns. */
export const hiddenColumn: TextColumn = { title: '…' };

/**
 * Leaves out columns in the middle until the rest fits in `width`: the first `keys` stay, for they say whose row it is, and
 * the last ones, for they are what it comes to. The first column and the last always stay.
 */
export function fitColumns(widths: readonly number[], keys: number, width: number): FittedColumns {
  const all = widths.map((_, index) => index);
  const taken = (index: number): number => (widths[index] ?? 0) + columnGap;
  const whole = all.reduce((sum, index) => sum + taken(index), -columnGap);
  if (whole <= width || widths.length < 3) return { before: all, after: [], hidden: [] };

  const last = widths.length - 1;
  let room = width + columnGap - taken(0) - taken(last) - (hiddenColumn.title.length + columnGap);
  const takes = (index: number): boolean => {
    if (taken(index) > room) return false;
    room -= taken(index);
    return true;
  };
  let [first, behind] = [1, last];
  while (first < Math.min(keys, last) && takes(first)) first += 1;
  while (behind - 1 >= first && takes(behind - 1)) behind -= 1;
  return { before: all.slice(0, first), after: all.slice(behind), hidden: all.slice(first, behind) };
}
