import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attemptToken, isSystemError } from '@daybook/core';
import type { LastingFolders } from './lasting-folders.ts';

/**
 * Creates the file `path` with `bytes` if it is not there, durably and as a whole: written and synced under another name,
 * then linked, which fails where the name is taken. What a crash leaves behind looks like an attempt, and goes as one.
 */
export async function createOnce(
  root: string,
  folders: LastingFolders,
  path: string,
  attempts: string,
  version: number,
  bytes: Uint8Array,
): Promise<'created' | 'exists'> {
  const scratch = join(root, attempts, attemptToken(version, randomBytes(16).toString('hex')));
  const temporary = join(scratch, 'manifest.json');
  const final = join(root, path);
  await folders.make(dirname(final));
  await mkdir(scratch, { recursive: true });
  try {
    await writeSynced(temporary, bytes);
    await link(temporary, final);
    await folders.keep(dirname(final));
    return 'created';
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'exists';
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
