import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DaybookError } from '@daybook/core';

/** What is recorded of a source file, and by which a change is noticed. */
export interface FileFacts {
  readonly [fact: string]: number | string;
  readonly bytes: number;
  /** Nanoseconds since 1970, in digits. */
  readonly modifiedNs: string;
}

/** The size and the time of the last change of a file; rejects with the system's error where there is none. */
export async function fileFacts(path: string): Promise<FileFacts> {
  return factsOf(await stat(path, { bigint: true }));
}

/** Throws `input-unreadable` unless the file is as it was. */
export async function unchangedFile(path: string, facts: FileFacts, now: BigIntStats): Promise<void> {
  const { bytes, modifiedNs } = factsOf(now);
  if (bytes === facts.bytes && modifiedNs === facts.modifiedNs) return;
  throw new DaybookError(
    'input-unreadable',
    `The file ${path} changed while it was read: write files under another name and rename them into place, then run again.`,
  );
}

function factsOf(stats: BigIntStats): FileFacts {
  return { bytes: Number(stats.size), modifiedNs: String(stats.mtimeNs) };
}
