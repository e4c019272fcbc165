import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SparkFile } from '@daybook/core';
import { DaybookError, sha256 } from '@daybook/core';
import type { Documents } from '../documents.ts';

/** What steps read that is the same for many: it is put where its digest says, once, and never changed. */
export interface Uploads {
  /** Puts the application there, and gives its URI. */
  application(): Promise<string>;
  /** Puts a file of a Spark job there, and gives its URI. One that has changed since it was digested is `job-failed`. */
  file(file: SparkFile): Promise<string>;
}

const application = new URL('../../application/daybook_application.py', import.meta.url);

/** @param scratch with a slash at its end */
export function uploads(documents: Documents, scratch: string): Uploads {
  const there = new Map<string, Promise<string>>();
  const once = async (uri: string, bytes: Uint8Array): Promise<string> => {
    const known = there.get(uri) ?? put(documents, uri, bytes);
    there.set(uri, known);
    // What failed is tried again by whoever comes next.
    known.catch(() => there.delete(uri));
    return await known;
  };
  return {
    async application() {
      const bytes = await readFile(fileURLToPath(application));
      return await once(`${scratch}application/${sha256(bytes)}.py`, bytes);
    },
    async file({ path, name, sha256: digest }) {
      const bytes = await readFile(path);
      if (sha256(bytes) !== digest)
        throw new DaybookError(
          'job-failed',
          `The file ${path} has changed since the configuration was read: run again.`,
        );
      return await once(`${scratch}programs/${digest}/${name}`, bytes);
    },
  };
}

async function put(documents: Documents, uri: string, bytes: Uint8Array): Promise<string> {
  if ((await documents.read(uri)) === undefined) await documents.write(uri, bytes);
  return uri;
}
