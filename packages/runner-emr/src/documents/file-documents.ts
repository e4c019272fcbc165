import { DaybookError, isSystemError } from '@daybook/core';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Documents } from '../documents.ts';

/** Documents in folders of this machine, by `file:///…`. A document is written beside its place and renamed into it. */
export function fileDocuments(): Documents {
  return Object.freeze({
    read: async (uri: string) =>
      await tried(`read ${uri}`, async () => {
        try {
          return new Uint8Array(await readFile(fileURLToPath(uri)));
        } catch (error) {
          if (isSystemError(error, 'ENOENT')) return undefined;
          throw error;
        }
      }),
    write: async (uri: string, bytes: Uint8Array) =>
      await tried(`write ${uri}`, async () => {
        const path = fileURLToPath(uri);
        await mkdir(dirname(path), { recursive: true });
        const temporary = `${path}.${randomUUID()}${temporaryEnd}`;
        try {
          await writeFile(temporary, bytes);
          await rename(temporary, path);
        } catch (error) {
          await rm(temporary, { force: true });
          throw error;
        }
      }),
    list,
    remove: async (uri: string) =>
      await tried(`remove ${uri}`, async () => await rm(fileURLToPath(uri), { force: true })),
  });
}

const temporaryEnd = '.temporary';

async function* list(prefix: string): AsyncIterable<string> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const entries = await tried(`list ${prefix}`, async () => {
    try {
      return await readdir(fileURLToPath(folder), { recursive: true, withFileTypes: true });
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    }
  });
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith(temporaryEnd)) continue;
    const uri = pathToFileURL(`${entry.parentPath}/${entry.name}`).href;
    if (uri.startsWith(prefix)) yield uri;
  }
}

async function tried<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DaybookError(
      'target-failed',
      `The scratch folder would not ${doing}: ${why}. See to its disk, its space and its permissions, then run again.`,
      { cause },
    );
  }
}
