import type { TaskId } from '@daybook/core';
import { addDays, addMonths, isDay, isMonth, splitTaskId } from '@daybook/core';

const mostRanges = 3;
const mostSegments = 4;

/** `2018-07-01 … 2018-07-31, 31 days`; several ranges with commas between, cut short after three. */
export function rangesText(values: readonly string[]): string {
  const sorted = [...new Set(values)].sort();
  const first = sorted[0] ?? '';
  const unit = isDay(first) ? 'day' : 'month';
  const next = unit === 'day' ? (value: string) => addDays(value, 1) : (value: string) => addMonths(value, 1);
  const ranges: { first: string; last: string }[] = [];
  for (const value of sorted) {
    const open = ranges.at(-1);
    if (open !== undefined && next(open.last) === value) open.last = value;
    else ranges.push({ first: value, last: value });
  }
  const shown = ranges
    .slice(0, mostRanges)
    .map((range) => (range.first === range.last ? range.first : `${range.first} … ${range.last}`));
  const cut = ranges.length > mostRanges ? ', …' : '';
  return sorted.length === 1 ? first : `${shown.join(', ')}${cut}, ${counted(sorted.length, unit)}`;
}

/** Which of the tasks of one name these are: their days or months as ranges, other parameters one by one. */
export function membersText(ids: readonly TaskId[]): string {
  const segments = ids.map((id) => splitTaskId(id).segment);
  const values = segments.map((segment) => segment.slice(segment.indexOf('=') + 1));
  const single = segments.every((segment) => !segment.includes(','));
  if (single && areOf(isDay, values)) return rangesText(values);
  if (single && areOf(isMonth, values)) return rangesText(values);
  if (ids.length === 1) return segments[0] === '-' ? '' : (segments[0] ?? '');
  const cut = segments.length > mostSegments ? `, …, ${segments.length} tasks` : '';
  return `${segments.slice(0, mostSegments).join(', ')}${cut}`;
}

function areOf(is: (value: string) => boolean, values: readonly string[]): boolean {
  return values.every((value) => is(value));
}

/** `1 day`, `31 days`: a count with its noun. */
export function counted(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A whole number with its thousands apart: `8,800,000`. */
export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Bytes as a person reads them: `1.4 GB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [amount, unit] = [bytes, 0];
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? numberText(amount) : amount.toFixed(1)} ${units[unit] ?? ''}`;
}

/** A duration as a person reads it: `40 ms`, `1.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`. */
export function durationText(durationMs: number): string {
  const wholeMs = Math.round(durationMs);
  if (wholeMs < 1000) return `${wholeMs} ms`;
  if (wholeMs < 9950) return `${(wholeMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(wholeMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** The items by the key that `keyOf` gives each, in the order in which the keys came. */
export function groupBy<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The ids by task name, in the order in which the names came. */
export function byName(ids: Iterable<TaskId>): ReadonlyMap<string, readonly TaskId[]> {
  return groupBy(ids, (id) => splitTaskId(id).name);
}
