import type { MultipartUpload, _Object } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';

/** An object of a listing, by its path below the root. */
export interface ListedObject {
  readonly path: string;
  readonly bytes: number;
  readonly writtenMs: number;
}

/** A multipart upload that was begun and neither completed nor aborted. */
export interface ListedUpload {
  readonly path: string;
  readonly uploadId: string;
  readonly begunMs: number;
}

/** Every object whose path begins with `under`, page by page, in order of key. Never cached. */
export async function* objectsUnder(bucket: Bucket, under: string): AsyncIterable<ListedObject> {
  for await (const { Contents = [] } of pagesUnder(bucket, under))
    for (const each of Contents) yield listedObject(bucket, each);
}

/** The folders directly in `under`, which is empty or ends with a slash: by path, with a slash at the end of each. */
export async function* foldersIn(bucket: Bucket, under: string): AsyncIterable<string> {
  for await (const { CommonPrefixes = [] } of pagesUnder(bucket, under, { Delimiter: '/' }))
    for (const { Prefix = '' } of CommonPrefixes) yield bucket.path(Prefix);
}

/** The first object whose path begins with `under`, by one request. */
export async function firstUnder(bucket: Bucket, under: string): Promise<ListedObject | undefined> {
  for await (const { Contents = [] } of pagesUnder(bucket, under, { MaxKeys: 1 }))
    for (const each of Contents) return listedObject(bucket, each);
  return undefined;
}

/** Every unfinished upload to a path that begins with `under`. */
export async function* uploadsUnder(bucket: Bucket, under: string): AsyncIterable<ListedUpload> {
  const s3 = await bucket.client();
  let from: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } = {};
  for (;;) {
    const page = await s3.listMultipartUploads({ Bucket: bucket.name, Prefix: bucket.key(under), ...from });
    // Some stores take the prefix for no more than a hint.
    const uploads = (page.Uploads ?? []).filter(({ Key = '' }) => Key.startsWith(bucket.key(under)));
    for (const each of uploads) yield listedUpload(bucket, each);
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return;
    from = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }),
    };
  }
}

interface Page {
  readonly Contents?: readonly _Object[] | undefined;
  readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined;
}

async function* pagesUnder(
  bucket: Bucket,
  under: string,
  how: { readonly Delimiter?: string; readonly MaxKeys?: number } = {},
): AsyncIterable<Page> {
  const s3 = await bucket.client();
  let from: { readonly ContinuationToken?: string } = {};
  for (;;) {
    const page = await s3.listObjectsV2({ Bucket: bucket.name, Prefix: bucket.key(under), ...how, ...from });
    yield page;
    if (page.IsTruncated !== true || page.NextContinuationToken === undefined) return;
    from = { ContinuationToken: page.NextContinuationToken };
  }
}

function listedObject(bucket: Bucket, { Key = '', Size = 0, LastModified }: _Object): ListedObject {
  return { path: bucket.path(Key), bytes: Size, writtenMs: LastModified?.getTime() ?? 0 };
}

function listedUpload(bucket: Bucket, { Key = '', UploadId = '', Initiated }: MultipartUpload): ListedUpload {
  return { path: bucket.path(Key), uploadId: UploadId, begunMs: Initiated?.getTime() ?? 0 };
}
