import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const chunkBytes = 1024 * 1024;

/** SHA-256 of a file's bytes as 64 hex digits. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  // What fits into one chunk is read before a thread of the pool would have begun to.
  if (statSync(path).size <= chunkBytes) return hash.update(readFileSync(path)).digest('hex');
  const file = await open(path, 'r');
  try {
    // A buffer of one's own: a stream makes a new one of each chunk.
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/**
 * SHA-256 of what is in a file: of a name that ends in `.gz`, of the bytes unpacked, read to the trailer of the last member,
 * so that a cut or damaged file is refused.
 */
export async function digestContent(path: string): Promise<string> {
  if (!path.endsWith('.gz')) return await digestFile(path);
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(path, { highWaterMark: chunkBytes }),
    createGunzip({ chunkSize: chunkBytes }),
    async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Uint8Array>) hash.update(chunk);
    },
  );
  return hash.digest('hex');
}
