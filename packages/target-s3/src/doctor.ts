import { randomBytes } from 'node:crypto';
import type { DoctorLine } from '@daybook/core';
import { DaybookError, tried } from '@daybook/core';
import { removeObjects } from './attempts.ts';
import type { Bucket } from './bucket.ts';
import { proveOn } from './conditional-writes.ts';
import { guarded } from './guarded.ts';
import { firstUnder, uploadsUnder } from './listing.ts';

/** How far the clocks of this machine and of the store may be apart; what is stored tells its time in whole seconds. */
const mostClockSkewMs = 60_000;

/** Tries out what publication in a bucket needs of the store and of the permissions. Nothing of it stays. */
export async function s3Doctor(bucket: Bucket): Promise<readonly DoctorLine[]> {
  const path = `.daybook/doctor-${randomBytes(8).toString('hex')}`;
  const remedy = (permission: string): string => `Allow ${permission}, as docs/s3.md says.`;
  const reached = await tried(
    'bucket',
    'See to `bucket`, `region`, `endpoint` and the credentials, and allow s3:ListBucket, as docs/s3.md says.',
    () => reach(bucket),
  );
  if (!reached.ok) return [reached];
  const conditional = await tried(
    'conditional writes',
    remedy('s3:PutObject on the prefix, and use a store that keeps If-None-Match'),
    () => create(bucket, path),
  );
  if (!conditional.ok) return [reached, conditional];
  const lines = [
    await tried('reading', remedy('s3:GetObject on the prefix'), () => readBack(bucket, path)),
    await tried('clock', 'Let a time service such as NTP set the clock: what is old is known by it.', () =>
      holdClock(bucket, path),
    ),
    await tried(
      'uploads',
      remedy('s3:PutObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads'),
      () => uploadAndAbort(bucket, path),
    ),
    await tried('removing', remedy('s3:DeleteObject on .daybook/ and, for daybook gc, on the prefix'), () =>
      removeProbe(bucket, path),
    ),
  ];
  return [reached, conditional, ...lines];
}

/** By a listing, not by a HEAD: that would need a permission that nothing else does, and tells no reason. */
async function reach(bucket: Bucket): Promise<string> {
  return await guarded(`list ${bucket.uri}`, async () => {
    const first = await firstUnder(bucket, '');
    const s3 = await bucket.client();
    const found = first === undefined ? 'nothing is there yet' : 'what is there can be listed';
    return `${bucket.uri} in ${await s3.config.region()}: ${found}`;
  });
}

async function create(bucket: Bucket, path: string): Promise<string> {
  return await guarded(`write ${bucket.uri}${path}`, async () => {
    await proveOn(bucket, path);
    return 'a name is given once';
  });
}

async function readBack(bucket: Bucket, path: string): Promise<string> {
  return await guarded(`read ${bucket.uri}${path}`, async () => {
    const s3 = await bucket.client();
    const request = { Bucket: bucket.name, Key: bucket.key(path), Range: 'bytes=2-5' };
    const { Body, ETag } = await s3.getObject(request);
    const text = await Body?.transformToString();
    if (text !== 'is o' || ETag === undefined)
      throw new DaybookError('target-refused', 'A range of what was written was read as another.');
    return 'a range of what was written is read';
  });
}

async function holdClock(bucket: Bucket, path: string): Promise<string> {
  return await guarded(`read ${bucket.uri}${path}`, async () => {
    const s3 = await bucket.client();
    const { LastModified } = await s3.headObject({ Bucket: bucket.name, Key: bucket.key(path) });
    const skewMs = Math.abs(Date.now() - (LastModified?.getTime() ?? Number.NaN));
    const seconds = Math.round(skewMs / 1000);
    if (skewMs <= mostClockSkewMs) return 'the store agrees';
    throw new DaybookError(
      'target-refused',
      `The clock of this machine and of the store are ${seconds} s apart.`,
    );
  });
}

async function uploadAndAbort(bucket: Bucket, path: string): Promise<string> {
  return await guarded(`upload to ${bucket.uri}${path}`, async () => {
    const s3 = await bucket.client();
    const place = { Bucket: bucket.name, Key: bucket.key(path) };
    const { UploadId } = await s3.createMultipartUpload({ ...place, ...bucket.written });
    let found = false;
    try {
      for await (const { uploadId } of uploadsUnder(bucket, path)) found ||= uploadId === UploadId;
    } finally {
      await s3.abortMultipartUpload({ ...place, UploadId });
    }
    if (found) return 'one that is unfinished is found and aborted';
    throw new DaybookError(
      'target-refused',
      'An unfinished upload is not listed, so daybook gc misses them.',
    );
  });
}

async function removeProbe(bucket: Bucket, path: string): Promise<string> {
  return await guarded(`remove ${bucket.uri}${path}`, async () => {
    await removeObjects(bucket, [path]);
    return 'what was written for this is gone';
  });
}
