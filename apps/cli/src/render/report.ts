import type { CommandReport } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import type { TextColumn } from './columns.ts';
import { indented, tableLines, wrapped } from './columns.ts';

/** A report as far as it is shown. */
export interface TextReport extends Omit<CommandReport, 'columns' | 'document'> {
  readonly columns: readonly TextColumn[];
}

/** What a command found: a headline, a table, and what to know about it. */
export function reportText({
  report,
  width,
  paint,
}: {
  readonly report: TextReport;
  readonly width: number;
  readonly paint: Paint;
}): string {
  const { headline, columns, rows, notes } = report;
  const [header = '', ...lines] = rows.length === 0 ? [] : tableLines(columns, rows);
  const table = rows.length === 0 ? [] : ['', ...indented([paint.bold(header), ...lines])];
  const below = notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrapped(note, width))];
  return `${[...wrapped(headline, width), ...table, ...below].join('\n')}\n`;
}
