import type { Readable } from 'node:stream';
import type { Bucket } from './bucket.ts';
import { isPassing } from './failure.ts';
import { nothingOr } from './head-object.ts';
import { pause } from './pauses.ts';

/** How often it is begun anew when the connection breaks in the middle. */
const tries = 5;

/** All bytes of a small object; undefined where there is none. The store's checksum is held against them where it has one. */
export async function readManifest(bucket: Bucket, path: string): Promise<Uint8Array | undefined> {
  const s3 = await bucket.client();
  const request = { Bucket: bucket.name, Key: bucket.key(path), ChecksumMode: 'ENABLED' } as const;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await s3.getObject(request).catch((error: unknown) => nothingOr(error, bucket, path));
    if (answer === undefined) return undefined;
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.Body as Readable) chunks.push(chunk as Uint8Array);
      return new Uint8Array(Buffer.concat(chunks));
    } catch (error) {
      if (attempt === tries || !isPassing(error)) throw error;
      await pause(attempt + 1);
    }
  }
}
