import type { Readable } from 'node:stream';
import type { Range } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { isPassing } from './failure.ts';
import { pause } from './pauses.ts';

/** A range as it was read, and the size of the whole object. */
export interface ReadRange {
  readonly bytes: Uint8Array;
  readonly objectBytes: number;
}

/** How often in a row a connection may break without a byte having come. */
const fruitlessTries = 5;

/**
 * Reads a range that lies within an object. Where the connection breaks in the middle it goes on from there, on the condition
 * that the object is still the same, so that bytes of two objects are never put together. What breaks before an answer begins
 * is for the SDK to ask again.
 */
export async function readRange(
  bucket: Bucket,
  path: string,
  { start, length }: Range,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<ReadRange> {
  const s3 = await bucket.client();
  const bytes = new Uint8Array(length);
  let [filled, objectBytes, same, fruitless] = [0, 0, tag, 0];
  while (filled < length) {
    const answer = await s3.getObject(
      {
        Bucket: bucket.name,
        Key: bucket.key(path),
        Range: `bytes=${start + filled}-${start + length - 1}`,
        ...(same === undefined ? {} : { IfMatch: same }),
      },
      { abortSignal: signal },
    );
    same ??= answer.ETag;
    objectBytes = sizeIn(answer.ContentRange) ?? rangeIgnored(path);
    const before = filled;
    try {
      for await (const chunk of answer.Body as Readable) {
        const taken = (chunk as Uint8Array).subarray(0, length - filled);
        bytes.set(taken, filled);
        filled += taken.length;
      }
      // The object is shorter than was thought: whoever asked holds the sizes against each other.
      if (objectBytes < start + length) break;
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
      fruitless = filled > before ? 0 : fruitless + 1;
      if (fruitless === fruitlessTries) throw error;
      await pause(fruitless + 2, signal);
    }
  }
  return { bytes, objectBytes };
}

function rangeIgnored(path: string): never {
  throw new DaybookError(
    'target-refused',
    `The store gave all of ${path} instead of a range of it: use one that speaks S3; \`daybook doctor\` tries it.`,
  );
}

/** The size of the whole in `bytes 0-9/1234`. */
function sizeIn(contentRange: string | undefined): number | undefined {
  const [, size] = /\/(\d+)$/.exec(contentRange ?? '') ?? [];
  return size === undefined ? undefined : Number(size);
}
