import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attemptToken, isSystemError } from '@daybook/core';
import type { LastingFolders } from './lasting-folders.ts';
import { syncedFile } from './synced.ts';

/**
 * Creates the file `path` with `bytes` if it is not there, durably and as a whole: written and synced under another name,
 * then linked, which fails where the name is taken. What a crash leaves behind has the name of an attempt, and goes as one.
 */
export async function createOnce(
  root: string,
  folders: LastingFolders,
  path: string,
  attempts: string,
  version: number,
  bytes: Uint8Array,
): Promise<'created' | 'exists'> {
  const final = join(root, path);
  const temporary = join(root, attempts, attemptToken(version, randomBytes(16).toString('hex')));
  folders.make(dirname(final));
  mkdirSync(dirname(temporary), { recursive: true });
  try {
    await writeSynced(temporary, bytes);
    linkSync(temporary, final);
    await folders.keep(dirname(final));
    return 'created';
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'exists';
    // Once the version is there, what is left of attempts at it may be collected at any moment.
    if (isSystemError(error, 'ENOENT') && existsSync(final)) return 'exists';
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, bytes);
    await syncedFile(file);
  } finally {
    closeSync(file);
  }
}
