import type { Target, TaskId } from '@daybook/core';
import { attemptPath, manifestPath, splitTaskId } from '@daybook/core';
import { attemptsUnder, removeFolder } from './attempts.ts';
import { openBucket } from './bucket.ts';
import { onceProven } from './conditional-writes.ts';
import { createOnce } from './create-once.ts';
import { s3Doctor } from './doctor.ts';
import { guarded, guardedItems } from './guarded.ts';
import { readManifest } from './read-manifest.ts';
import { readPart } from './read-part.ts';
import type { S3TargetsOptions } from './s3-options.ts';
import { checkedOptions } from './s3-options.ts';
import { s3Stage } from './s3-stage.ts';
import { currentVersion, currentVersions, taskNames } from './versions.ts';

/**
 * A bucket as the home of the data, on AWS or on another store that speaks S3. Publication is one conditional `PutObject`, so
 * any number of machines may use it at once; that the store keeps the condition is proven before the first one.
 * @example s3Targets({ bucket: 'books', prefix: 'daybook', region: 'eu-central-1' })
 */
export function s3Targets(options: S3TargetsOptions): Target {
  const bucket = openBucket(checkedOptions(options));
  const proven = onceProven(bucket);
  const { uri } = bucket;
  const target: Target = {
    name: uri,
    taskNames: () => guardedItems(`list ${uri}`, taskNames(bucket)),
    async *currentVersions(under) {
      const newest = await guarded(`list ${uri}${under}/versions/`, () => currentVersions(bucket, under));
      for (const [task, version] of newest) yield { task, version };
    },
    async currentVersion(task) {
      const { name, segment } = splitTaskId(task);
      const folder = `${name}/versions/${segment}/`;
      return await guarded(`list ${uri}${folder}`, () => currentVersion(bucket, folder));
    },
    async readManifest(task, version) {
      const path = manifestOf(task, version);
      return await guarded(`read ${uri}${path}`, () => readManifest(bucket, path));
    },
    async createManifest(task, version, bytes) {
      return await guarded(`publish version ${version} of ${task} in ${uri}`, async () => {
        await proven();
        return await createOnce(bucket, manifestOf(task, version), bytes, 'application/json');
      });
    },
    stage: (task, attempt) => s3Stage(bucket, folderOf(task, attempt)),
    read: (part, ranges) => readPart(bucket, part, ranges),
    attempts: (under) => guardedItems(`list ${uri}${under}/attempts/`, attemptsUnder(bucket, under)),
    async remove({ task, attempt }) {
      const folder = folderOf(task, attempt);
      await guarded(`remove ${uri}${folder}`, () => removeFolder(bucket, folder));
    },
    doctor: () => s3Doctor(bucket),
  };
  return Object.freeze(target);
}

function manifestOf(task: TaskId, version: number): string {
  const { name, segment } = splitTaskId(task);
  return manifestPath(name, segment, version);
}

function folderOf(task: TaskId, attempt: string): string {
  const { name, segment } = splitTaskId(task);
  return attemptPath(name, segment, attempt);
}
