import type { Part, Range } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { statusOf } from './failure.ts';
import { guarded } from './guarded.ts';
import { headObject, nothingOr } from './head-object.ts';
import { inOrder } from './in-order.ts';
import { readRange } from './read-range.ts';

/** A range is fetched in pieces of this size, several at once, of which memory holds so much for each reader. */
const pieceBytes = 8 * 1024 ** 2;
const bytesAtOnce = 6 * pieceBytes;
/** Small ranges cost the way there and back, not their bytes. */
const piecesAtOnce = 16;
const pieceWeight = { of: (piece: Range) => piece.length, most: bytesAtOnce };

/**
 * The bytes of a part, or of ranges of it, in their order: ranged GETs at once, each on the condition that the object still
 * has the tag that was recorded. A part that is not there, or has another size or tag, is `part-damaged` before any byte.
 */
export async function* readPart(
  bucket: Bucket,
  part: Part,
  ranges: readonly Range[] | undefined,
): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(part, ranges ?? [{ start: 0, length: part.bytes }]);
  if (pieces.length === 0) {
    await checkPart(bucket, part);
    return;
  }
  // Without a recorded tag the pieces must at least be of one object.
  const tag = part.tag ?? (await checkPart(bucket, part));
  yield* inOrder(pieces, { atOnce: piecesAtOnce, weight: pieceWeight }, async (piece, signal) =>
    guarded(`read ${bucket.uri}${part.path}`, async () => {
      try {
        const { bytes, objectBytes } = await readRange(bucket, part.path, piece, tag, signal);
        if (objectBytes !== part.bytes) throw damaged(part, sizes(objectBytes, part));
        return bytes;
      } catch (error) {
        throw await damageOr(error, bucket, part);
      }
    }),
  );
}

/** The ranges as far as they lie in the part, in pieces. */
function piecesOf(part: Part, ranges: readonly Range[]): readonly Range[] {
  return ranges.flatMap(({ start, length }) => {
    const pieces: Range[] = [];
    const end = Math.min(start + length, part.bytes);
    for (let from = start; from < end; from += pieceBytes)
      pieces.push({ start: from, length: Math.min(pieceBytes, end - from) });
    return pieces;
  });
}

/** Holds what is there against what was recorded, and gives its tag. */
async function checkPart(bucket: Bucket, part: Part): Promise<string | undefined> {
  const there = await guarded(`read ${bucket.uri}${part.path}`, () => headObject(bucket, part.path));
  if (there === undefined) throw damaged(part, 'is not there');
  if (there.bytes !== part.bytes) throw damaged(part, sizes(there.bytes, part));
  if (part.tag !== undefined && part.tag !== there.tag) throw damaged(part, 'was written anew');
  return there.tag;
}

/** What an error of a ranged read says of the part, if it is the part's fault. */
async function damageOr(error: unknown, bucket: Bucket, part: Part): Promise<unknown> {
  const status = statusOf(error);
  // 412: another tag. 416: the object ends before the range, which lies within the size that was recorded.
  if (status !== 412 && status !== 416) {
    if (status === undefined) return error;
    await nothingOr(error, bucket, part.path);
    return damaged(part, 'is not there');
  }
  await checkPart(bucket, part);
  return damaged(part, 'was written anew');
}

function sizes(bytes: number, part: Part): string {
  return `has ${bytes} bytes instead of ${part.bytes}`;
}

function damaged(part: Part, found: string): DaybookError {
  return new DaybookError(
    'part-damaged',
    `The part ${part.path} ${found}: restore it from a backup, or make its task again with --force.`,
  );
}
