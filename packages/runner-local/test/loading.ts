import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Columns, RawFormatName } from '@daybook/core';
import { defineTask, table } from '@daybook/core';
import { expect } from 'vitest';
import { projectOf, query, temporaryFolder } from './project.ts';

export interface Loading {
  readonly format?: RawFormatName;
  readonly name?: string;
  readonly raw?: Readonly<Record<string, 'text' | 'json'>>;
  readonly output?: Columns;
  readonly statement?: string;
}

/** Loads one raw file, by default the text columns `a` and `b` as they are: the rows, or the message of the refusal. */
export async function load(
  content: string | Buffer,
  loading: Loading = {},
): Promise<readonly Readonly<Record<string, unknown>>[] | string> {
  const format = loading.format ?? 'ndjson';
  const path = join(temporaryFolder(), loading.name ?? `raw.${format}`);
  writeFileSync(path, content);
  return await loadFile(path, { ...loading, format });
}

/** The same of a file that is there. */
export async function loadFile(
  path: string,
  loading: Loading,
): Promise<readonly Readonly<Record<string, unknown>>[] | string> {
  const raw = loading.raw ?? { a: 'text', b: 'text' };
  const format = loading.format ?? 'ndjson';
  const output =
    loading.output ?? Object.fromEntries(Object.keys(raw).map((name) => [name, 'string' as const]));
  const loaded = defineTask({
    name: 'loaded',
    output: table(output),
    job: {
      kind: 'load',
      version: '1',
      formats: {
        [format]: {
          columns: raw,
          statement: loading.statement ?? `SELECT ${Object.keys(raw).join(', ')} FROM raw`,
        },
      },
      fetch: async () => ({ kind: 'file', format, path, source: null }),
    },
  });
  const project = projectOf([loaded]);
  const end = await project.end(loaded());
  if (end.kind === 'failed') {
    expect(end).toMatchObject({ fault: 'task', error: { code: 'input-unreadable' } });
    await expect(project.manifest(loaded())).rejects.toThrow('is not published');
    return end.error.message;
  }
  expect(end.kind).toBe('published');
  return await query(
    `SELECT * EXCLUDE (file_row_number) FROM read_parquet('${await project.part(loaded())}', file_row_number = true) ORDER BY file_row_number`,
  );
}
