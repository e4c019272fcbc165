import type { Stage, StagedFile } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { isMissing } from './failure.ts';
import { guarded } from './guarded.ts';
import { inOrder } from './in-order.ts';
import { upload } from './upload.ts';

/** How many objects are asked for at once. */
const askedAtOnce = 16;

/** Where one attempt writes: the objects whose path begins with `path`. Engines may write there by themselves. */
export function s3Stage(bucket: Bucket, path: string): Stage {
  return {
    uri: `${bucket.uri}${path}`,
    path,
    async write(name, bytes) {
      return { name, ...(await upload(bucket, `${path}${name}`, bytes)) };
    },
    async sync(names) {
      const files: StagedFile[] = [];
      const asked = inOrder(names, { atOnce: askedAtOnce }, async (name) => await staged(bucket, path, name));
      for await (const file of asked) files.push(file);
      return files;
    },
  };
}

/** An object is durable once the store has answered for it, so that there is only to ask what it is. */
async function staged(bucket: Bucket, path: string, name: string): Promise<StagedFile> {
  const s3 = await bucket.client();
  return await guarded(`keep ${bucket.uri}${path}${name}`, async () => {
    try {
      const there = await s3.headObject({ Bucket: bucket.name, Key: bucket.key(`${path}${name}`) });
      return {
        name,
        bytes: there.ContentLength ?? 0,
        ...(there.ETag === undefined ? {} : { tag: there.ETag }),
      };
    } catch (error) {
      if (!isMissing(error)) throw error;
      const message = `${name} was never written to ${bucket.uri}${path}: whoever was to write it did not. Run again.`;
      throw new DaybookError('target-failed', message);
    }
  });
}
