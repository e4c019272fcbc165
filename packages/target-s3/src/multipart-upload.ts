import { randomBytes } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommandInput, S3 } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { nameOf } from './failure.ts';
import { headObject } from './head-object.ts';
import { limited } from './limited.ts';
import { givenByStore } from './given-by-store.ts';

/** A multipart upload that was begun. */
export interface MultipartUpload {
  /** Sends the next part; resolves when there is room for it, and rejects when one before has failed. */
  send(piece: Uint8Array): Promise<void>;
  /** Makes the object of what was sent, and gives its tag. */
  complete(): Promise<string>;
  /** Aborts it. That this fails too is not told: `daybook gc` finds what is unfinished. */
  abort(): Promise<void>;
}

/** The metadata by which an object is known as the one of an upload. */
const markName = 'daybook-upload';

/** Begins an upload to a key, in place of what is there, of which `atOnce` parts are on their way at once. */
export async function beginUpload(bucket: Bucket, key: string, atOnce: number): Promise<MultipartUpload> {
  const s3 = await bucket.client();
  const place = { Bucket: bucket.name, Key: key };
  const mark = randomBytes(16).toString('hex');
  const begun = await s3.createMultipartUpload({
    ...place,
    ChecksumAlgorithm: 'CRC32',
    Metadata: { [markName]: mark },
    ...bucket.written,
  });
  const upload = { ...place, UploadId: givenByStore(begun.UploadId, 'upload id', key) };
  const parts: CompletedPart[] = [];
  const sending = limited(atOnce);
  let count = 0;
  return {
    async send(piece) {
      count += 1;
      const PartNumber = count;
      await sending.start(async () => {
        parts[PartNumber - 1] = await sendPart(s3, { ...upload, PartNumber }, piece);
      });
    },
    async complete() {
      await sending.settled();
      return await completed(s3, bucket, { ...upload, MultipartUpload: { Parts: parts } }, mark);
    },
    async abort() {
      // A part that arrives after the abort would be kept, and paid for.
      await sending.ended();
      await s3.abortMultipartUpload(upload).catch(() => undefined);
    },
  };
}

interface PartPlace {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  readonly PartNumber: number;
}

async function sendPart(s3: S3, place: PartPlace, piece: Uint8Array): Promise<CompletedPart> {
  const sent = await s3.uploadPart({ ...place, Body: piece, ChecksumAlgorithm: 'CRC32' });
  return {
    PartNumber: place.PartNumber,
    ETag: givenByStore(sent.ETag, 'tag', place.Key),
    ...(sent.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: sent.ChecksumCRC32 }),
  };
}

/** Completes an upload and gives its tag. When it is gone already, an answer was lost, if the object there has its mark. */
async function completed(
  s3: S3,
  bucket: Bucket,
  request: CompleteMultipartUploadCommandInput & { readonly Key: string },
  mark: string,
): Promise<string> {
  const { Key } = request;
  try {
    const { ETag } = await s3.completeMultipartUpload(request);
    return givenByStore(ETag, 'tag', Key);
  } catch (error) {
    if (nameOf(error) !== 'NoSuchUpload') throw error;
    const there = await headObject(bucket, bucket.path(Key));
    if (there?.metadata[markName] !== mark) throw error;
    return givenByStore(there.tag, 'tag', Key);
  }
}
