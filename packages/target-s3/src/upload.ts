import { randomBytes } from 'node:crypto';
import type { CompletedPart, S3 } from '@aws-sdk/client-s3';
import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { isMissing, nameOf } from './failure.ts';
import { guarded } from './guarded.ts';
import { pieceBuffer } from './piece-buffer.ts';

/** What was uploaded: its size, and the tag that the store gave it. */
export interface Uploaded {
  readonly bytes: number;
  readonly tag: string;
}

const mebibyte = 1024 ** 2;
/** An upload has at most 10,000 parts of at least 5 MiB. They double every 1,000, so that 5 TB fit and small files cost little. */
const firstPieceBytes = 8 * mebibyte;
const piecesOfOneSize = 1000;
/** How many pieces are on their way at once. With the one that fills, memory holds five: 40 MiB below 8 GB. */
const piecesAtOnce = 4;

/**
 * Uploads an object as its bytes come, in place of one of that key: by one PutObject where it is less than a piece, else by a
 * multipart upload, which is aborted when anything fails. Every request has a checksum of its bytes (CRC-32, and
 * SHA-256 in its signature), so what the store keeps is what was given. What `bytes` throws is passed on.
 */
export async function upload(
  bucket: Bucket,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Uploaded> {
  const doing = `write ${bucket.uri}${path}`;
  const s3 = await guarded(doing, () => bucket.client());
  const key = bucket.key(path);
  const state: { upload?: MultipartUpload } = {};
  let begun = 0;
  const buffer = pieceBuffer(() => firstPieceBytes * 2 ** Math.floor(begun / piecesOfOneSize));
  try {
    for await (const chunk of bytes)
      for (const piece of buffer.add(chunk)) {
        const upload = (state.upload ??= await guarded(doing, () => beginUpload(s3, bucket, key)));
        begun += 1;
        await guarded(doing, () => upload.send(piece));
      }
    const rest = buffer.rest();
    const { upload } = state;
    if (upload === undefined) return await guarded(doing, () => putWhole(s3, bucket, key, rest));
    return await guarded(doing, async () => {
      if (rest.length > 0) await upload.send(rest);
      return await upload.complete();
    });
  } catch (error) {
    await state.upload?.abort();
    throw error;
  }
}

async function putWhole(s3: S3, bucket: Bucket, key: string, bytes: Uint8Array): Promise<Uploaded> {
  const { ETag } = await s3.putObject({ Bucket: bucket.name, Key: key, Body: bytes, ...bucket.written });
  return { bytes: bytes.length, tag: tagged(ETag, key) };
}

/** A multipart upload that was begun. */
interface MultipartUpload {
  /** Sends the next part; resolves when there is room for one more, and rejects when one that is under way has failed. */
  send(piece: Uint8Array): Promise<void>;
  complete(): Promise<Uploaded>;
  /** Aborts it. That this fails too is not told: `daybook gc` finds what is unfinished. */
  abort(): Promise<void>;
}

async function beginUpload(s3: S3, bucket: Bucket, key: string): Promise<MultipartUpload> {
  const place = { Bucket: bucket.name, Key: key };
  // By this the object is known as the one of this upload when the answer to its completion is lost.
  const mark = randomBytes(16).toString('hex');
  const { UploadId } = await s3.createMultipartUpload({
    ...place,
    ChecksumAlgorithm: 'CRC32',
    Metadata: { 'daybook-upload': mark },
    ...bucket.written,
  });
  if (UploadId === undefined) throw withoutName(key);
  const parts: CompletedPart[] = [];
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let bytes = 0;
  const sendPart = async (PartNumber: number, piece: Uint8Array): Promise<void> => {
    try {
      const sent = await s3.uploadPart({
        ...place,
        UploadId,
        PartNumber,
        Body: piece,
        ChecksumAlgorithm: 'CRC32',
      });
      parts[PartNumber - 1] = {
        PartNumber,
        ETag: tagged(sent.ETag, key),
        ...(sent.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: sent.ChecksumCRC32 }),
      };
    } catch (error) {
      failure ??= { error };
    }
  };
  const settled = async (most: number): Promise<void> => {
    while (underWay.size > most) await Promise.race(underWay);
    if (failure !== undefined) throw failure.error;
  };
  let next = 1;
  return {
    async send(piece) {
      await settled(piecesAtOnce - 1);
      bytes += piece.length;
      const sending = sendPart(next, piece).finally(() => underWay.delete(sending));
      underWay.add(sending);
      next += 1;
    },
    async complete() {
      await settled(0);
      const tag = await completed(s3, { ...place, UploadId, MultipartUpload: { Parts: parts } }, mark);
      return { bytes, tag };
    },
    async abort() {
      // A part that arrives after the abort would be kept, and paid for.
      await Promise.all(underWay);
      await s3.abortMultipartUpload({ ...place, UploadId }).catch(() => undefined);
    },
  };
}

/** Completes an upload and gives its tag. When it is gone already, an answer was lost, if the object there has its mark. */
async function completed(
  s3: S3,
  request: Parameters<S3['completeMultipartUpload']>[0] & { readonly Key: string },
  mark: string,
): Promise<string> {
  try {
    const { ETag } = await s3.completeMultipartUpload(request);
    return tagged(ETag, request.Key);
  } catch (error) {
    if (nameOf(error) !== 'NoSuchUpload') throw error;
    const { Bucket, Key } = request;
    const there = await s3.headObject({ Bucket, Key }).catch((missing: unknown) => {
      if (isMissing(missing)) return undefined;
      throw missing;
    });
    if (there?.Metadata?.['daybook-upload'] !== mark) throw error;
    return tagged(there.ETag, Key);
  }
}

function tagged(tag: string | undefined, key: string): string {
  if (tag === undefined) throw withoutName(key);
  return tag;
}

function withoutName(key: string): DaybookError {
  return new DaybookError(
    'target-refused',
    `The store gave neither a tag nor an upload id for ${key}: use one that speaks S3; \`daybook doctor\` tries it.`,
  );
}
