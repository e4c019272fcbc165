import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const chunkBytes = 1024 * 1024;

/** SHA-256 of a file's bytes as 64 hex digits. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
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
