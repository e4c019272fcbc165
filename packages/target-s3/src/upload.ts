import type { Bucket } from './bucket.ts';
import { isPassing, statusOf } from './failure.ts';
import { givenByStore } from './given-by-store.ts';
import { guarded } from './guarded.ts';
import type { MultipartUpload } from './multipart-upload.ts';
import { beginUpload } from './multipart-upload.ts';
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
  const key = bucket.key(path);
  let [size, pieces] = [0, 0];
  let multipart: MultipartUpload | undefined;
  const buffer = pieceBuffer(() => firstPieceBytes * 2 ** Math.floor(pieces / piecesOfOneSize));
  const send = async (piece: Uint8Array): Promise<void> => {
    multipart ??= await guarded(doing, () => beginUpload(bucket, key, piecesAtOnce));
    const { send: sendPiece } = multipart;
    pieces += 1;
    await guarded(doing, () => sendPiece(piece));
  };
  try {
    for await (const chunk of bytes) {
      size += chunk.length;
      for (const piece of buffer.add(chunk)) await send(piece);
    }
    const rest = buffer.rest();
    if (multipart === undefined) return await guarded(doing, () => putWhole(bucket, key, rest));
    if (rest.length > 0) await send(rest);
    return { bytes: size, tag: await guarded(doing, multipart.complete) };
  } catch (error) {
    await multipart?.abort();
    throw error;
  }
}

async function putWhole(bucket: Bucket, key: string, bytes: Uint8Array): Promise<Uploaded> {
  const s3 = await bucket.client();
  try {
    const { ETag } = await s3.putObject({ Bucket: bucket.name, Key: key, Body: bytes, ...bucket.written });
    return { bytes: bytes.length, tag: givenByStore(ETag, 'tag', key) };
  } catch (error) {
    throw await whyBroken(error, bucket, key);
  }
}

/**
 * A store that refuses while a body is on its way may break the connection, and why is lost with it. To begin an upload
 * needs the same permission and has no body: where that is refused, it is the reason.
 */
async function whyBroken(error: unknown, bucket: Bucket, key: string): Promise<unknown> {
  if (statusOf(error) !== undefined || !isPassing(error)) return error;
  try {
    const begun = await beginUpload(bucket, key, 1);
    await begun.abort();
    return error;
  } catch (refusal) {
    return isPassing(refusal) ? error : refusal;
  }
}
