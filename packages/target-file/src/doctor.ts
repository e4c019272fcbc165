import { link, mkdir, mkdtemp, open, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DoctorLine } from '@daybook/core';
import { DaybookError, isSystemError, tried } from '@daybook/core';

const leastFreeBytes = 1024 ** 3;

/** Tries out what publication in a folder needs of its file system. Nothing of it stays, not the root either if it was not there. */
export async function fileDoctor(root: string): Promise<readonly DoctorLine[]> {
  let made: string | undefined;
  let folder: string | undefined;
  const lines: DoctorLine[] = [];
  try {
    const written = await tried('folder', 'Give the target a root that this user may write to.', async () => {
      made = await mkdir(root, { recursive: true });
      folder = await mkdtemp(join(root, '.doctor-'));
      await writeFile(join(folder, 'file'), 'daybook');
      return made === undefined ? `${root} can be written` : `${root} is not there yet and can be made`;
    });
    lines.push(written);
    if (!written.ok || folder === undefined) return lines;
    const probe = folder;
    lines.push(
      await tried('hard links', 'Put the root on a local file system that has hard links.', () =>
        linked(probe),
      ),
      await tried(
        'durable writes',
        'Put the root on a file system on which files and folders can be synced.',
        () => synced(probe),
      ),
      await tried('free space', 'Make room on the disk of the root.', () => roomIn(probe)),
    );
    return lines;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    if (made !== undefined) await removeEmpty(root, made);
  }
}

/** A link is made, and refused where its name is taken: this is how a version is published. */
async function linked(folder: string): Promise<string> {
  const [file, name] = [join(folder, 'file'), join(folder, 'link')];
  await link(file, name);
  try {
    await link(file, name);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return 'a name is given once';
    throw error;
  }
  throw new DaybookError('target-failed', 'A name was given twice: two versions could replace each other.');
}

async function synced(folder: string): Promise<string> {
  const startedMs = performance.now();
  for (const [path, flags] of [
    [join(folder, 'file'), 'r+'],
    [folder, 'r'],
  ] as const) {
    const handle = await open(path, flags);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  return `a file and its folder are synced in ${Math.ceil(performance.now() - startedMs)} ms`;
}

async function roomIn(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB`;
  if (bavail * bsize >= leastFreeBytes) return free;
  throw new DaybookError('target-failed', `${free} is less than a day of transactions may need.`);
}

/** Removes the folders from `root` up to `first`, as far as nothing has come into them. */
async function removeEmpty(root: string, first: string): Promise<void> {
  for (let each = root; each.startsWith(first); each = dirname(each)) {
    try {
      await rmdir(each);
    } catch {
      return;
    }
  }
}
