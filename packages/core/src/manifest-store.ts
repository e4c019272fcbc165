import { assert } from './assert.ts';
import type { Manifest } from './manifest.ts';
import { chainDigest, manifestBytes, parseManifest } from './manifest.ts';
import type { Target } from './target.ts';
import type { TaskId, TaskName } from './task.ts';

/** A manifest as read, with the digest by which its successor names it. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly digest: string;
}

/** Reads manifests of one target. A manifest is read once and then kept, for it cannot change; versions are asked anew. */
export interface ManifestStore {
  /** The current version of one task, by asking the target now. */
  current(task: TaskId): Promise<StoredManifest | undefined>;
  /** The current versions of all tasks named, by one listing for each name. */
  currentOf(
    names: Iterable<TaskName>,
    wanted: (task: TaskId) => boolean,
  ): Promise<ReadonlyMap<TaskId, Manifest>>;
  read(task: TaskId, version: number): Promise<StoredManifest>;
  /** Keeps a manifest that was published, as a reader would find it, so that it need not be read back. */
  keep(manifest: Manifest): void;
}

/** Of a bucket each takes some 20 ms, whatever else is under way. */
const concurrentReads = 64;
const concurrentListings = 16;

/** At most `most` manifests are kept, those read last; without, all. */
export function manifestStore(target: Target, most = Infinity): ManifestStore {
  const kept = new Map<string, StoredManifest>();
  const keep = (key: string, stored: StoredManifest): void => {
    kept.delete(key);
    kept.set(key, stored);
    if (kept.size <= most) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  };
  const store: ManifestStore = {
    async current(task) {
      const version = await target.currentVersion(task);
      return version === 0 ? undefined : await store.read(task, version);
    },
    async currentOf(names, wanted) {
      const found: { readonly task: TaskId; readonly version: number }[] = [];
      await inParallel([...names], concurrentListings, async (name) => {
        for await (const each of target.currentVersions(name)) if (wanted(each.task)) found.push(each);
      });
      const manifests = new Map<TaskId, Manifest>();
      await inParallel(found, concurrentReads, async ({ task, version }) => {
        manifests.set(task, (await store.read(task, version)).manifest);
      });
      return manifests;
    },
    async read(task, version) {
      const key = `${task} ${version}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const bytes = await target.readManifest(task, version);
      assert(bytes, `Version ${version} of ${task} was listed and cannot be read.`);
      const stored = storedManifest(bytes, task, version);
      keep(key, stored);
      return stored;
    },
    keep(manifest) {
      const { task, version } = manifest;
      keep(`${task} ${version}`, storedManifest(manifestBytes(manifest), task, version));
    },
  };
  return store;
}

function storedManifest(bytes: Uint8Array, task: TaskId, version: number): StoredManifest {
  return { manifest: parseManifest(bytes, task, version), digest: chainDigest(bytes) };
}

/** Runs `work` for each item, at most `limit` at once. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
