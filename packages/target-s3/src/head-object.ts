import type { Bucket } from './bucket.ts';
import { isMissing, nameOf, statusOf } from './failure.ts';
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
    return await nothingOr(error, bucket, path);
  }
}

/**
 * Nothing, where an answer about one object means that it is not there; any other error is thrown. The answer to a HEAD does not say
 * whether the object is missing or its bucket, and who may list a part of a bucket only is told of a missing object that it is
 * forbidden. A listing tells.
 */
export async function nothingOr(error: unknown, bucket: Bucket, path: string): Promise<undefined> {
  if (nameOf(error) === 'NoSuchKey') return undefined;
  const forbidden = statusOf(error) === 403;
  if (!forbidden && !isMissing(error)) throw error;
  const first = await firstUnder(bucket, path);
  if (forbidden && first?.path === path) throw error;
  return undefined;
}
