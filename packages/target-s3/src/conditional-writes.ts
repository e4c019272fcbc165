import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { createOnce } from './create-once.ts';

/** No task is named so: it has a dot. It stays, so that the proof costs one request. */
const markerPath = '.daybook/conditional-writes';

const markerText = `This object is created only if it is not there. Daybook does so before its first publication, to see that the store refuses
a second writer. It may be removed: it is then made again.
`;

/**
 * Proves that the store refuses to create what is there, on which every publication rests: else two writers could replace
 * each other's version, and nobody would know. One request where the marker is there already.
 */
export async function proveConditionalWrites(bucket: Bucket): Promise<void> {
  await proveOn(bucket, markerPath);
}

/** The same on an object of the caller's own, which it removes. */
export async function proveOn(bucket: Bucket, path: string): Promise<void> {
  const bytes = new TextEncoder().encode(markerText);
  for (let time = 1; time <= 2; time += 1)
    if ((await createOnce(bucket, path, bytes, 'text/plain')) === 'exists') return;
  throw new DaybookError(
    'target-refused',
    `The store of ${bucket.uri} ignores If-None-Match: it wrote ${path} twice, so two writers could replace each other's version, and Daybook does not publish there. Use a store that keeps conditional writes, such as S3 itself, or a newer version of this one; \`daybook doctor\` tries it.`,
  );
}

/** Proves it before the first time that it is asked, and again only after a proof that failed. */
export function onceProven(bucket: Bucket): () => Promise<void> {
  let proof: Promise<void> | undefined;
  return async () => {
    proof ??= proveConditionalWrites(bucket);
    try {
      await proof;
    } catch (error) {
      proof = undefined;
      throw error;
    }
  };
}
