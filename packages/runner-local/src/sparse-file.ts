import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Range } from '@daybook/core';

/** Some bytes of a file: the ranges that they fill, and the bytes one range after the other. */
export interface Pieces {
  readonly ranges: readonly Range[];
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Makes a file of `fileBytes` bytes with only these pieces in their places; what lies between takes no room on the disk
 * and reads as zeros. Tells whether there were as many bytes as the ranges ask for.
 */
export async function writeSparseFile(
  path: string,
  fileBytes: number,
  pieces: readonly Pieces[],
): Promise<boolean> {
  const file = await open(path, 'wx');
  try {
    await file.truncate(fileBytes);
    for (const piece of pieces) if (!(await writePieces(file, piece))) return false;
    return true;
  } finally {
    await file.close();
  }
}

async function writePieces(file: FileHandle, { ranges, bytes }: Pieces): Promise<boolean> {
  const left = ranges.filter((range) => range.length > 0).map((range) => ({ ...range }));
  for await (const chunk of bytes) {
    for (let rest = chunk; rest.length > 0;) {
      const range = left[0];
      if (range === undefined) return false;
      const part = rest.subarray(0, range.length);
      for (let written = 0; written < part.length;)
        written += (await file.write(part, written, part.length - written, range.start + written))
          .bytesWritten;
      rest = rest.subarray(part.length);
      range.start += part.length;
      range.length -= part.length;
      if (range.length === 0) left.shift();
    }
  }
  return left.length === 0;
}
