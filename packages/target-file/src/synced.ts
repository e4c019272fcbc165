import { closeSync, fstatSync, fsync, openSync } from 'node:fs';

/** Waits until the disk has the bytes of a file, or the names in a folder; gives the size in bytes. */
export async function synced(path: string): Promise<number> {
  const file = openSync(path, 'r');
  try {
    await syncedFile(file);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/**
 * Waits until the disk has what was written to an open file. This alone waits for the disk, and so is done in Node's pool of
 * threads; names are made, linked and removed in memory, and the way to the pool and back costs some ten times of that.
 */
export async function syncedFile(file: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    fsync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}
