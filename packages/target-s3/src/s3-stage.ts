import type { Stage, StagedFile } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { guarded } from './guarded.ts';
import { headObject } from './head-object.ts';
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
  const there = await guarded(`keep ${bucket.uri}${path}${name}`, () => headObject(bucket, `${path}${name}`));
  if (there === undefined) {
    const message = `${name} was never written to ${bucket.uri}${path}: whoever was to write it did not. Run again.`;
    throw new DaybookError('target-failed', message);
  }
  return { name, bytes: there.bytes, ...(there.tag === undefined ? {} : { tag: there.tag }) };
}
