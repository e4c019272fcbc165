import type { Manifest } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { cut, tableLines } from './columns.ts';
import { counted, numberText } from './ranges.ts';

export interface TableFacts {
  readonly manifest: Manifest;
  /** The number of the current version. */
  readonly current: number;
  /** The first rows, in order. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** How many characters a line may have; undefined for as many as it takes. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** The first rows of an output as a table, and how many there are besides. */
export function tableText({ manifest, current, rows, width, paint }: TableFacts): string {
  const declared = manifest.output.kind === 'table' ? manifest.output.columns : [];
  const columns = declared.map(([title, type]) => ({ title, right: /^(integer|bigint|decimal)/.test(type) }));
  const [header = '', ...body] = tableLines(columns, rows).map((line) =>
    width === undefined ? line : cut(line, width),
  );
  const more = manifest.rows - rows.length;
  const older = manifest.version === current ? '' : `, the current one is ${current}`;
  const shown =
    more > 0
      ? `${counted(rows.length, 'row')} shown, ${numberText(more)} more (--limit N, or --format tsv for all)`
      : counted(manifest.rows, 'row');
  const foot = `${manifest.task} version ${manifest.version}${older}: ${shown}`;
  return `${[paint.bold(header), ...body, '', paint.dim(foot)].join('\n')}\n`;
}
