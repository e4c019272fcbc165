import { DaybookError, isSystemError } from '@daybook/core';

/** Says in one sentence what could not be done, and why, when the file system refuses. */
export async function guarded<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusal(doing, error);
  }
}

/** The same for what is read piece by piece. */
export async function* guardedChunks(
  doing: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw refusal(doing, error);
  }
}

/** What `work` gives, or `missing` where the file or folder is not there. */
export async function unlessMissing<T, M>(work: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await work;
  } catch (error) {
    if (isSystemError(error instanceof DaybookError ? error.cause : error, 'ENOENT')) return missing;
    throw error;
  }
}

function refusal(doing: string, error: unknown): DaybookError {
  const why = error instanceof Error ? error.message : String(error);
  const message = `The folder of the data would not ${doing}: ${why}. See to its disk, its space and its permissions, then run again.`;
  return new DaybookError('target-failed', message, { cause: error });
}
