import type { Manifest } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import type { TextColumn } from './columns.ts';
import { columnWidths, tableLines, wrapped } from './columns.ts';
import { fitColumns, hiddenColumn } from './fit-columns.ts';
import { counted, numberText } from './ranges.ts';
import { cut } from './text-width.ts';

export interface TableFacts {
  readonly manifest: Manifest;
  /** The number of the current version. */
  readonly current: number;
  /** The columns that tell the rows apart. They are kept when others do not fit. */
  readonly keys: readonly string[];
  /** The first rows, in order. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** How many characters a line may have; undefined for as many as it takes. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** The first rows of an output as a table, how many there are besides, and which columns did not fit. */
export function tableText({ manifest, current, keys, rows, width, paint }: TableFacts): string {
  const declared = manifest.output.kind === 'table' ? manifest.output.columns : [];
  const columns = declared.map(([title, type]) => ({ title, right: /^(integer|bigint|decimal)/.test(type) }));
  const fitted = fit(columns, rows, keys, width);
  const [header = '', ...body] = tableLines(fitted.columns, fitted.rows).map((line) =>
    width === undefined ? line : cut(line, width),
  );
  const more = manifest.rows - rows.length;
  const older = manifest.version === current ? '' : `, the current one is ${current}`;
  const shown =
    more > 0
      ? `${counted(rows.length, 'row')} shown, ${numberText(more)} more (--limit N, or --format tsv for all)`
      : counted(manifest.rows, 'row');
  const foot = [
    `${manifest.task} version ${manifest.version}${older}: ${shown}`,
    ...hiddenText(fitted.hidden),
  ];
  const footLines = foot.flatMap((text) => (width === undefined ? [text] : wrapped(text, width)));
  return `${[paint.bold(header), ...body, '', ...footLines.map(paint.dim)].join('\n')}\n`;
}

interface Fitted {
  readonly columns: readonly TextColumn[];
  readonly rows: TableFacts['rows'];
  /** The titles of the columns that are left out. */
  readonly hidden: readonly string[];
}

function fit(
  columns: readonly TextColumn[],
  rows: TableFacts['rows'],
  keys: readonly string[],
  width: number | undefined,
): Fitted {
  const leading = columns.findIndex(({ title }) => !keys.includes(title));
  const { before, after, hidden } = fitColumns(
    columnWidths(columns, rows),
    leading < 0 ? 1 : leading,
    width ?? Infinity,
  );
  if (hidden.length === 0) return { columns, rows, hidden: [] };
  const pick = <T>(cells: readonly T[], mark: T): readonly T[] => [
    ...cells.slice(0, before.length),
    mark,
    ...cells.slice(cells.length - after.length),
  ];
  return {
    columns: pick(columns, hiddenColumn),
    rows: rows.map((row) => pick(row, hiddenColumn.title)),
    hidden: hidden.flatMap((index) => columns[index]?.title ?? []),
  };
}

function hiddenText(hidden: readonly string[]): readonly string[] {
  if (hidden.length === 0) return [];
  return [
    `${counted(hidden.length, 'column')} hidden: ${hidden.join(', ')} (a wider terminal, or | less -S, shows all)`,
  ];
}
