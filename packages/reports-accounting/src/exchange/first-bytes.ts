import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DaybookError } from '@daybook/core';

/**
 * The first bytes of what is in a file, unpacked where its name ends in `.gz`. Throws `input-unreadable` where they are
 * damaged.
 */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of contentOf(path) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= count) break;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DaybookError(
      'input-unreadable',
      `The file ${path} cannot be read: ${why}. Put the whole file there, then run again.`,
      { cause: error },
    );
  }
  return Buffer.concat(chunks).subarray(0, count);
}

function contentOf(path: string): Readable {
  const file = createReadStream(path);
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}
