import type { Day, Reason, TaskId } from '@daybook/core';
import { monthOf } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { reasonFacts } from './run-document.ts';

/** What is known of one task on one day; `none` where there is no such task, as before its first day. */
export interface StatusCell {
  readonly kind: 'fresh' | 'stale' | 'may-run' | 'missing' | 'waiting' | 'none';
  readonly task?: TaskId;
  readonly reason?: Reason;
}

/** Tasks by day, by month, or without either. `steps` are the columns. */
export interface StatusGrid {
  readonly kind: 'day' | 'month' | 'none';
  readonly steps: readonly string[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly StatusCell[] }[];
}

export interface StatusFacts {
  readonly grids: readonly StatusGrid[];
  readonly today: Day;
  readonly width: number;
  readonly paint: Paint;
}

const symbols: Readonly<Record<StatusCell['kind'], string>> = {
  fresh: '●',
  stale: '◐',
  'may-run': '◔',
  missing: '○',
  waiting: '…',
  none: '·',
};
/** How many characters a column takes: `31 `, `2018-07 `. */
const cellWidths = { day: 3, month: 8, none: 3 } as const;
const meanings: readonly (readonly [StatusCell['kind'], string])[] = [
  ['fresh', 'fresh'],
  ['stale', 'stale'],
  ['may-run', 'may run, when what is above it has run'],
  ['missing', 'missing'],
  ['waiting', 'waiting'],
];

/** Grids of symbols with their legend. What does not fit beside each other goes below each other. */
export function statusText({ grids, width, paint, today }: StatusFacts): string {
  const nameWidth = Math.max(...grids.flatMap(({ rows }) => rows.map(({ name }) => name.length)), 4);
  const shown = grids
    .filter(({ steps }) => steps.length > 0)
    .flatMap((grid) => [...gridLines(grid, nameWidth, width, paint), '']);
  const used = new Set(
    grids.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.map(({ kind }) => kind))),
  );
  const legend = meanings
    .filter(([kind]) => used.has(kind))
    .map(([kind, meaning]) => `${painted(kind, paint)} ${meaning}`);
  if (shown.length === 0) return 'No task has a day or a month in this range.\n';
  return `${[...shown, `${legend.join('   ')}   ${paint.dim(`(today is ${today})`)}`].join('\n')}\n`;
}

/** The grids as a document: each task with its state. */
export function statusDocument(grids: readonly StatusGrid[], today: Day): unknown {
  const cells = grids.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  const tasks = cells.flatMap(({ kind, task, reason }) =>
    task === undefined ? [] : [{ task, status: kind, ...(reason === undefined ? {} : reasonFacts(reason)) }],
  );
  return { today, tasks };
}

function gridLines(grid: StatusGrid, nameWidth: number, width: number, paint: Paint): readonly string[] {
  if (grid.kind === 'none')
    return grid.rows.map(
      ({ name, cells }) =>
        `${name.padEnd(nameWidth)}  ${cells.map(({ kind }) => painted(kind, paint)).join('')}`,
    );
  const cellWidth = cellWidths[grid.kind];
  const fit = Math.max(1, Math.floor((width - nameWidth - 2) / cellWidth));
  const blocks = blocksOf(grid.steps, fit);
  return blocks.flatMap(({ first, count }, index) => [
    ...(index === 0 ? [] : ['']),
    ...headLines(grid.kind, grid.steps.slice(first, first + count), nameWidth, paint),
    ...grid.rows.map(({ name, cells }) => {
      const shown = cells
        .slice(first, first + count)
        .map(({ kind }) => ` ${painted(kind, paint)}${' '.repeat(cellWidth - 2)}`);
      return `${name.padEnd(nameWidth)}  ${shown.join('')}`.trimEnd();
    }),
  ]);
}

/** Cuts columns into blocks that fit; whole weeks where more than one does. */
function blocksOf(
  steps: readonly string[],
  fit: number,
): readonly { readonly first: number; readonly count: number }[] {
  const size = fit < steps.length && fit > 7 ? fit - (fit % 7) : fit;
  const blocks: { first: number; count: number }[] = [];
  for (let first = 0; first < steps.length; first += size)
    blocks.push({ first, count: Math.min(size, steps.length - first) });
  return blocks;
}

/** The header: months as they are; above days a line with the month where it begins. */
function headLines(
  kind: StatusGrid['kind'],
  steps: readonly string[],
  nameWidth: number,
  paint: Paint,
): readonly string[] {
  const indent = ' '.repeat(nameWidth + 2);
  if (kind === 'month') return [paint.dim(`${indent}${steps.join(' ')}`)];
  let above = '';
  let last = '';
  for (const [index, step] of steps.entries()) {
    const at = index * cellWidths.day;
    const name = monthOf(step);
    // Where two names would touch, the later one stays: its month has the columns that follow.
    if (name !== last) above = `${(above.length >= at && at > 0 ? '' : above).padEnd(at)}${name}`;
    last = name;
  }
  const days = steps.map((step) => step.slice(-2)).join(' ');
  return [paint.dim(`${indent}${above}`), paint.dim(`${indent}${days}`)];
}

function painted(kind: StatusCell['kind'], paint: Paint): string {
  const symbol = symbols[kind];
  if (kind === 'fresh') return paint.good(symbol);
  if (kind === 'stale' || kind === 'may-run') return paint.attention(symbol);
  return kind === 'missing' ? paint.bad(symbol) : paint.dim(symbol);
}
