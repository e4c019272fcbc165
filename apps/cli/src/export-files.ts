import { extname, join } from 'node:path';
import type { Manifest, Part, Task } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import { partName } from './outputs.ts';

/** One file to write: below the folder of the export, and the part that it is a copy of; without one, all rows as TSV. */
export interface ExportFile {
  readonly path: string;
  readonly part?: Part;
  /** Undefined for a named file, which has no rows to count. */
  readonly rows: number | undefined;
}

/**
 * The files that one output becomes: `<task>/<day or month>.tsv`. The one file of an output that is files keeps its own
 * extension; several go into a folder of that name. A table of several parts becomes several Parquet files, numbered.
 */
export function exportFiles(
  task: Task,
  manifest: Manifest,
  format: 'tsv' | 'parquet',
): readonly ExportFile[] {
  const base = join(task.name, baseName(task));
  if (manifest.output.kind === 'files') {
    const [only] = manifest.parts;
    const single = manifest.parts.length === 1 && only !== undefined;
    if (single) return [{ path: `${base}${extname(only.path)}`, part: only, rows: undefined }];
    return manifest.parts.map((part) => ({ path: join(base, partName(part)), part, rows: undefined }));
  }
  if (format === 'tsv') return [{ path: `${base}.tsv`, rows: manifest.rows }];
  return manifest.parts.map((part, index) => ({
    path: `${base}${manifest.parts.length === 1 ? '' : `-${index + 1}`}.parquet`,
    part,
    rows: part.rows,
  }));
}

/** The value of the one day or month; of other parameters the segment of the id; without any, the name. */
function baseName(task: Task): string {
  const { name, segment } = splitTaskId(task.id);
  if (segment === '-') return name;
  const [only, another] = Object.entries(task.values);
  const kind = only === undefined ? undefined : task.definition.params[only[0]]?.kind;
  return another === undefined && only !== undefined && (kind === 'day' || kind === 'month')
    ? String(only[1])
    : segment;
}
