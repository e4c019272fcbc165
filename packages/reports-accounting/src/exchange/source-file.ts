import { stat } from 'node:fs/promises';
import { DaybookError, isSystemError } from '@daybook/core';

/** What is recorded of a source file, and by which a change is noticed. */
export interface FileFacts {
  readonly [fact: string]: number | string;
  readonly bytes: number;
  /** Nanoseconds since 1970, in digits. */
  readonly modifiedNs: string;
}

/** The size and the time of the last change of a file; undefined where there is none. */
export async function fileFacts(path: string): Promise<FileFacts | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return stats.isFile() ? { bytes: Number(stats.size), modifiedNs: String(stats.mtimeNs) } : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw new DaybookError('source-failed', `The file ${path} cannot be looked at: ${String(error)}.`, {
      cause: error,
    });
  }
}

/**
 * Throws `source-failed` unless the file is as it was: one that another was renamed over is whole again at once, so it is read
 * again and the run goes on.
 */
export async function checkUnchanged(path: string, facts: FileFacts | undefined): Promise<void> {
  const now = await fileFacts(path);
  if (now?.bytes === facts?.bytes && now?.modifiedNs === facts?.modifiedNs) return;
  throw new DaybookError(
    'source-failed',
    `The file ${path} changed while it was read, and is read again a few times: write files under another name and rename them into place, then run again.`,
  );
}
