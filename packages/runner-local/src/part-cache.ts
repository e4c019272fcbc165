import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, rename, unlink, utimes } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { isSystemError } from '@daybook/core';
import type { CacheEntry } from './cache-eviction.ts';
import { entriesToEvict, isEntryName } from './cache-eviction.ts';

/**
 * Files kept on the local disk by what is in them, for all processes of a user at once. An entry never changes and is
 * whole from the moment it has its name. Taking one is a hard link into the taker's own folder, so whoever removes it from
 * here takes it away from nobody, and there is no lock. Nothing here ever fails a job: without an entry it is fetched.
 */
export interface PartCache {
  /** Puts the entry at `path`, a new name; false where there is none of `bytes` bytes. Nobody may write to what is there. */
  take(name: string, path: string, bytes: number): Promise<boolean>;
  /** Keeps the file at `path` under the name of what is in it. Nobody may write to it any more. */
  keep(name: string, path: string): Promise<void>;
}

/** Keeps nothing. */
export const noCache: PartCache = {
  take: async () => false,
  keep: async () => undefined,
};

/** A cache in a folder, made when it is first needed, that holds about `limitBytes` on the disk; of 0, none. */
export function partCache(folder: string, limitBytes: number): PartCache {
  if (limitBytes <= 0) return noCache;
  const trimmed = trimming(folder, limitBytes);
  return {
    async take(name, path, bytes) {
      if (!(await isOwn(folder))) return false;
      const entry = join(folder, name);
      try {
        await linkOrCopy(entry, path);
      } catch {
        return false;
      }
      if (await isTrusted(path, bytes)) {
        // The time of use; that of writing stays.
        await utimes(entry, new Date(), (await lstat(path)).mtime).catch(() => undefined);
        return true;
      }
      await Promise.all([path, entry].map(async (each) => await unlink(each).catch(() => undefined)));
      return false;
    },
    async keep(name, path) {
      try {
        const bytes = diskBytes(await lstat(path));
        if (bytes > limitBytes) return;
        await mkdir(folder, { recursive: true, mode: 0o700 });
        if (!(await isOwn(folder))) return;
        await linkWhole(path, join(folder, name));
        await trimmed(bytes);
      } catch {
        // A full disk or a folder that is gone: what is not kept is fetched again.
      }
    },
  };
}

/** How much of the disk a file takes: of a sparse one less than its length. */
function diskBytes(file: { readonly blocks: number; readonly size: number }): number {
  return process.platform === 'win32' ? file.size : file.blocks * 512;
}

/** In a folder for all users another may have made ours, with anything in it. */
async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}

/** A file written before this machine was started may have lost its content with the power, and keeps its size. */
async function isTrusted(path: string, bytes: number): Promise<boolean> {
  const file = await lstat(path);
  return file.isFile() && file.size === bytes && file.mtimeMs >= Date.now() - uptime() * 1000;
}

/** A hard link, or a copy where the file system has none or ends between the two. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'EEXIST')) throw error;
    const { atime, mtime } = await lstat(from);
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await utimes(to, atime, mtime);
  }
}

/** The same, so that the new name is there only when the whole file is. */
async function linkWhole(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return;
    const temporary = join(dirname(to), `temporary-${randomUUID()}`);
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, to);
  }
}

/**
 * Removes the least recently used entries when there may be too many bytes. The folder is listed at first, and then each
 * time that so much came in that it matters, for listing it costs more than most insertions.
 */
function trimming(folder: string, limitBytes: number): (bytes: number) => Promise<void> {
  let leftBytes = 0;
  return async (bytes) => {
    leftBytes -= bytes;
    if (leftBytes >= 0) return;
    const entries = await listed(folder);
    const evicted = entriesToEvict(entries, limitBytes);
    for (const { name } of evicted) await unlink(join(folder, name)).catch(() => undefined);
    // Others put entries here too: nobody counts on more than a share of what is free.
    const sum = (of: readonly CacheEntry[]): number => of.reduce((total, each) => total + each.bytes, 0);
    leftBytes = (limitBytes - sum(entries) + sum(evicted)) / 4;
  };
}

async function listed(folder: string): Promise<readonly CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const name of await readdir(folder)) {
    if (!isEntryName(name)) continue;
    // Another process may have removed it since.
    const file = await lstat(join(folder, name)).catch(() => undefined);
    if (file?.isFile() === true) entries.push({ name, bytes: diskBytes(file), usedMs: file.atimeMs });
  }
  return entries;
}
