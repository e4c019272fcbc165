import type { Bucket } from './bucket.ts';
import { isMissing } from './failure.ts';
import { firstUnder } from './listing.ts';

/** What an object is, without its bytes. */
export interface ObjectFacts {
  readonly bytes: number;
  /** Its ETag, in quotes as the store gives it. */
  readonly tag: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Asks what the object of a path is; undefined where there is none. */
export async function headObject(bucket: Bucket, path: string): Promise<ObjectFacts | undefined> {
  const s3 = await bucket.client();
  try {
    const there = await s3.headObject({ Bucket: bucket.name, Key: bucket.key(path) });
    return { bytes: there.ContentLength ?? 0, tag: there.ETag, metadata: there.Metadata ?? {} };
  } catch (error) {
    if (!isMissing(error)) throw error;
    // The answer to a HEAD has no body, and does not say whether the object is missing or its bucket. A listing does.
    await firstUnder(bucket, path);
    return undefined;
  }
}
