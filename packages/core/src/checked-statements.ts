import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was checked before and refused nothing, by digest. Nothing correct depends on it. */
export interface CheckedStatements {
  has(digest: string): boolean;
  /** Adds digests and writes them. A disk that refuses costs the check again, no more. */
  add(digests: readonly string[]): void;
}

const fileName = 'checked.json';
const mostDigests = 5000;

/** Reads what `checkedBy` checked before, from a file in `folder`. A broken, foreign or missing file is an empty one. */
export function readChecked(folder: string, checkedBy: string): CheckedStatements {
  const path = join(folder, fileName);
  const digests = new Set(readDigests(path, checkedBy));
  return {
    has: (digest) => digests.has(digest),
    add(added) {
      // Other runs may have written meanwhile: theirs are kept, those read first are the first to go.
      const all = [...new Set([...digests, ...readDigests(path, checkedBy), ...added])].slice(-mostDigests);
      const temporary = `${path}.${randomBytes(8).toString('hex')}`;
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(temporary, `${JSON.stringify({ format: 1, checkedBy, digests: all })}\n`);
        renameSync(temporary, path);
      } catch {
        removeLeftover(temporary);
      }
    },
  };
}

function readDigests(path: string, checkedBy: string): readonly string[] {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly format?: unknown;
      readonly checkedBy?: unknown;
      readonly digests?: unknown;
    };
    if (value.format !== 1 || value.checkedBy !== checkedBy || !Array.isArray(value.digests)) return [];
    return value.digests.filter((each) => typeof each === 'string');
  } catch {
    return [];
  }
}

function removeLeftover(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What is not there, or not ours, is no harm.
  }
}
