import type { ControlResult } from '../control.ts';

/** What a control measured, on whatever engine, before it is made readable. All values are text as `show` prints them. */
export interface MeasuredControl {
  readonly name: string;
  readonly held: boolean;
  /** `broken`, and `rows` or `groups` where they were counted. */
  readonly counts: Readonly<Record<string, string>>;
  /** Of few groups, in their order: the values that each was grouped by, and its two totals. */
  readonly totals?: readonly GroupTotals[];
  /** The first rows that break it, in the order of all their columns, nulls last. */
  readonly offenders?: readonly Readonly<Record<string, string | null>>[];
}

export interface GroupTotals {
  readonly group: readonly (string | null)[];
  readonly left: string | null;
  readonly right: string | null;
}

/** So many groups at most are told with a figure for each. */
export const mostGroupsAsFigures = 10;

/** So many rows that break a control are told at most. */
export const mostOffenders = 10;

/** A control's result as it is recorded and shown, the same whatever engine measured it. */
export function controlResult(measured: MeasuredControl, remedy?: string): ControlResult {
  const { name, held, counts, totals = [], offenders } = measured;
  // The counts once more at the end: a group of the data may be called `broken`, and must not stand for them.
  const figures = { ...counts, ...Object.fromEntries(totals.map(totalsFigure)), ...counts };
  if (held) return { name, held, figures };
  return { name, held, figures, offenders: offenders ?? [], ...(remedy === undefined ? {} : { remedy }) };
}

/** The totals of one group as a figure: `EUR` → `12.00`, or `12.00 ≠ 13.00`. */
function totalsFigure({ group, left, right }: GroupTotals): readonly [string, string] {
  const name = group.map((value) => value ?? 'null').join(' ');
  const [a, b] = [left ?? '0', right ?? '0'];
  return [name === '' ? 'total' : name, a === b ? a : `${a} ≠ ${b}`];
}
