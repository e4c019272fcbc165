import type { TaskId, TaskName } from '@daybook/core';
import { joinTaskId, versionOfManifest } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { firstUnder, foldersIn, objectsUnder } from './listing.ts';

/** How many names are looked at at once. */
const namesAtOnce = 16;

/** Every task name that has a version: the folders at the root, of which each is asked for one version. */
export async function* taskNames(bucket: Bucket): AsyncIterable<TaskName> {
  const names: TaskName[] = [];
  // The name of a task has no dot: that is Daybook's own.
  for await (const folder of foldersIn(bucket, ''))
    if (!folder.startsWith('.')) names.push(folder.slice(0, -1));
  for (let from = 0; from < names.length; from += namesAtOnce) {
    const some = names.slice(from, from + namesAtOnce);
    const first = await Promise.all(some.map(async (name) => await firstUnder(bucket, `${name}/versions/`)));
    yield* some.filter((_, index) => first[index] !== undefined);
  }
}

/** The newest version of each task of one name, by one listing of all its manifests. */
export async function currentVersions(bucket: Bucket, under: TaskName): Promise<ReadonlyMap<TaskId, number>> {
  const newest = new Map<TaskId, number>();
  const folder = `${under}/versions/`;
  for await (const { path } of objectsUnder(bucket, folder)) {
    const [segment = '', file = '', ...deeper] = path.slice(folder.length).split('/');
    const version = deeper.length > 0 ? 0 : versionOfManifest(file);
    if (version === 0) continue;
    const task = joinTaskId(under, segment);
    newest.set(task, Math.max(newest.get(task) ?? 0, version));
  }
  return newest;
}

/** The newest version below a folder of manifests, 0 where there is none. */
export async function currentVersion(bucket: Bucket, folder: string): Promise<number> {
  let newest = 0;
  for await (const { path } of objectsUnder(bucket, folder))
    newest = Math.max(newest, versionOfManifest(path.slice(folder.length)));
  return newest;
}
