import type { TaskId } from '@daybook/core';
import { alignedLines } from './columns.ts';
import { bytesText, counted } from './ranges.ts';

/** One file that was written. */
export interface Exported {
  readonly task: TaskId;
  readonly version: number;
  readonly path: string;
  readonly bytes: number;
  readonly rows: number | undefined;
  /** Why the output is stale; absent when it is fresh. */
  readonly stale?: string;
}

/** What was written, a line for each file. */
export function exportText(exported: readonly Exported[]): string {
  const rows = exported.map(({ path, version, bytes, rows, stale }) => [
    path,
    `version ${version}`,
    rows === undefined ? '' : counted(rows, 'row'),
    bytesText(bytes),
    stale === undefined ? '' : 'stale',
  ]);
  const bytes = exported.reduce((sum, file) => sum + file.bytes, 0);
  return `${[...alignedLines(rows), `${counted(exported.length, 'file')} written, ${bytesText(bytes)}.`].join('\n')}\n`;
}

/** The same as a document. */
export function exportDocument(exported: readonly Exported[]): unknown {
  return { outcome: 'ok', files: exported };
}
