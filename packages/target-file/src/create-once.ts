import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { attemptToken, isSystemError } from '@daybook/core';

/**
 * Creates the file `path` with `bytes` if it is not there, durably and as a whole: written and synced under another name,
 * then linked, which fails where the name is taken. What a crash leaves behind looks like an attempt, and goes as one.
 */
export async function createOnce(
  root: string,
  path: string,
  attempts: string,
  version: number,
  bytes: Uint8Array,
): Promise<'created' | 'exists'> {
  const scratch = join(root, attempts, attemptToken(version, randomBytes(16).toString('hex')));
  const temporary = join(scratch, 'manifest.json');
  const final = join(root, path);
  await makeFolder(dirname(final));
  await mkdir(scratch, { recursive: true });
  try {
    await writeSynced(temporary, bytes);
    await link(temporary, final);
    await syncFolder(dirname(final));
    return 'created';
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'exists';
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Makes a folder and those above it, and syncs each whose list of names that changed. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const above = dirname(first);
  const steps = relative(above, folder).split(sep);
  for (let count = 0; count < steps.length; count += 1)
    await syncFolder(join(above, ...steps.slice(0, count)));
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
