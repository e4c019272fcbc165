import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file so that it is there as a whole or as it was before, whatever ends the process or the machine, and is on the
 * disk when this returns. One process writes it at a time. Only its owner may read it.
 */
export function writeWhole(path: string, text: string): void {
  const half = `${path}.new`;
  const file = openSync(half, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(half, path);
  syncFolder(dirname(path));
}

/** A name is on the disk when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
