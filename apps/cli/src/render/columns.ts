import { cut, widthOf } from './text-width.ts';

/** One column of a text table. */
export interface TextColumn {
  readonly title: string;
  readonly right?: boolean;
  /** Longer cells are cut and end in `…`. Default 60. */
  readonly widest?: number;
}

/** How many characters stand between two columns. */
export const columnGap = 2;
const gap = ' '.repeat(columnGap);
const widestCell = 60;

/** Lines of a text table: a header, then the rows, in aligned columns. */
export function tableLines(
  columns: readonly TextColumn[],
  rows: readonly (readonly (string | null)[])[],
): readonly string[] {
  const cells = rows.map((row) =>
    columns.map(({ widest }, index) => cellText(row[index] ?? null, widest ?? widestCell)),
  );
  const widths = columnWidths(columns, rows);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]?.right === true))
      .join(gap)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)];
}

/** How many characters each column of such a table takes. */
export function columnWidths(
  columns: readonly TextColumn[],
  rows: readonly (readonly (string | null)[])[],
): readonly number[] {
  return columns.map(({ title, widest }, index) =>
    rows.reduce(
      (most, row) => Math.max(most, widthOf(cellText(row[index] ?? null, widest ?? widestCell))),
      widthOf(title),
    ),
  );
}

/** Lines in aligned columns without a header. */
export function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0, false))
      .join(gap)
      .trimEnd(),
  );
}

/** Each line with `by` before it. */
export function indented(lines: readonly string[], by = '  '): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `${by}${line}`));
}

/** Text in lines of at most `width` columns, broken between words. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function cellText(value: string | null, widest: number): string {
  if (value === null) return '';
  const visible = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    // What a terminal would obey is shown as the code that it is.
    .replaceAll(/\p{Cc}/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return cut(visible, widest);
}

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? `${space}${text}` : `${text}${space}`;
}
