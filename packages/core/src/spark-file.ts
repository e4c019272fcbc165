import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './digest.ts';
import { DaybookError } from './errors.ts';

/** A file of the project that Spark is given, with the SHA-256 of what is in it. */
export interface SparkFile {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

/**
 * A file for a Spark job, read and digested as the configuration is imported, so that a change of it is a change of the
 * task's code. One that cannot be read is the error `definition-invalid`.
 * @example sparkFile(new URL('./sessions.py', import.meta.url))
 */
export function sparkFile(where: URL | string): SparkFile {
  const path = typeof where === 'string' ? where : fileURLToPath(where);
  try {
    return Object.freeze({ path, name: basename(path), sha256: sha256(readFileSync(path)) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DaybookError(
      'definition-invalid',
      `The file ${path} of a Spark job cannot be read (${why}): see to its path.`,
      { cause: error },
    );
  }
}
