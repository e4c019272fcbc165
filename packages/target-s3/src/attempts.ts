import type { AttemptRef, TaskName } from '@daybook/core';
import { joinTaskId } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { nameOf } from './failure.ts';
import { objectsUnder, uploadsUnder } from './listing.ts';

/** How many objects one request removes at most. */
const removedAtOnce = 1000;

/**
 * Every attempt at tasks of one name that has an object or an unfinished upload. A listing is in order of key, so that the
 * objects of one attempt stand together, and no more than one attempt is kept in memory. How much an unfinished upload holds is
 * in no listing, so that of an attempt with one the bytes are not told.
 */
export async function* attemptsUnder(bucket: Bucket, under: TaskName): AsyncIterable<AttemptRef> {
  const folder = `${under}/attempts/`;
  const begun = new Map<string, number>();
  for await (const { path, begunMs } of uploadsUnder(bucket, folder)) {
    const attempt = attemptOf(path, folder);
    if (attempt !== undefined) begun.set(attempt, Math.max(begun.get(attempt) ?? 0, begunMs));
  }
  let open: Found | undefined;
  for await (const { path, bytes, writtenMs } of objectsUnder(bucket, folder)) {
    const attempt = attemptOf(path, folder);
    if (attempt === undefined) continue;
    if (attempt !== open?.attempt) {
      if (open !== undefined) yield refOf(under, open);
      const begunMs = begun.get(attempt);
      open = { attempt, newestMs: begunMs ?? 0, bytes: begunMs === undefined ? 0 : undefined };
      begun.delete(attempt);
    }
    const sum = open.bytes === undefined ? undefined : open.bytes + bytes;
    open = { attempt, newestMs: Math.max(open.newestMs, writtenMs), bytes: sum };
  }
  if (open !== undefined) yield refOf(under, open);
  for (const [attempt, newestMs] of begun) yield refOf(under, { attempt, newestMs, bytes: undefined });
}

/** Removes all objects below a folder, and aborts the uploads to it that are unfinished. */
export async function removeFolder(bucket: Bucket, folder: string): Promise<void> {
  const s3 = await bucket.client();
  for await (const { path, uploadId } of uploadsUnder(bucket, folder)) {
    try {
      const Key = bucket.key(path);
      await s3.abortMultipartUpload({ Bucket: bucket.name, Key, UploadId: uploadId });
    } catch (error) {
      if (nameOf(error) !== 'NoSuchUpload') throw error;
    }
  }
  let paths: string[] = [];
  for await (const { path } of objectsUnder(bucket, folder)) {
    paths.push(path);
    if (paths.length < removedAtOnce) continue;
    await removeObjects(bucket, paths);
    paths = [];
  }
  if (paths.length > 0) await removeObjects(bucket, paths);
}

/** Removes objects by one request; those that are gone are no error. */
export async function removeObjects(bucket: Bucket, paths: readonly string[]): Promise<void> {
  const s3 = await bucket.client();
  const { Errors = [] } = await s3.deleteObjects({
    Bucket: bucket.name,
    Delete: { Objects: paths.map((path) => ({ Key: bucket.key(path) })), Quiet: true },
  });
  const [refused] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
  if (refused === undefined) return;
  // The request went through, and of single objects the store says what an error of a request would.
  const error = Object.assign(new Error('an object was not removed'), {
    name: refused.Code ?? 'InternalError',
    $metadata: { httpStatusCode: refused.Code === 'InternalError' ? 500 : 403 },
  });
  throw error;
}

interface Found {
  /** `<segment>/<token>` */
  readonly attempt: string;
  readonly newestMs: number;
  /** Undefined where an upload is unfinished. */
  readonly bytes: number | undefined;
}

function attemptOf(path: string, folder: string): string | undefined {
  const [segment, token, file] = path.slice(folder.length).split('/', 3);
  return file === undefined ? undefined : `${segment}/${token}`;
}

function refOf(under: TaskName, { attempt, newestMs, bytes }: Found): AttemptRef {
  const [segment = '', token = ''] = attempt.split('/');
  return {
    task: joinTaskId(under, segment),
    attempt: token,
    newestMs,
    ...(bytes === undefined ? {} : { bytes }),
  };
}
