import { open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stage, StagedFile } from '@daybook/core';
import { makeFolder, syncFolder } from './create-once.ts';
import { guarded } from './guarded.ts';

/** Where one attempt writes: the folder `path` below `root`. Engines may write files there by themselves. */
export function fileStage(root: string, path: string): Stage {
  const folder = resolve(root, path);
  return {
    uri: pathToFileURL(`${folder}/`).href,
    path,
    async write(name, bytes) {
      const doing = `write ${path}${name}`;
      const file = join(folder, name);
      await guarded(doing, makeFolder(dirname(file)));
      const handle = await guarded(doing, open(file, 'w'));
      try {
        for await (const chunk of bytes) await guarded(doing, handle.writeFile(chunk));
      } finally {
        await guarded(doing, handle.close());
      }
      return { name, bytes: (await guarded(doing, stat(file))).size };
    },
    async sync(names) {
      return await guarded(`keep ${path}`, syncFiles(root, folder, names));
    },
  };
}

/** Syncs files, and every folder above them through the root: an engine may have made each of those, and not lastingly. */
async function syncFiles(
  root: string,
  folder: string,
  names: readonly string[],
): Promise<readonly StagedFile[]> {
  const staged: StagedFile[] = [];
  const folders = new Set<string>();
  for (const name of names) {
    const file = join(folder, name);
    for (const above of foldersAbove(file, root)) folders.add(above);
    const handle = await open(file, 'r');
    try {
      await handle.sync();
      staged.push({ name, bytes: (await handle.stat()).size });
    } finally {
      await handle.close();
    }
  }
  for (const each of folders) await syncFolder(each);
  return staged;
}

/** The folders that a file is in, the nearest first, the last one `root`. */
function foldersAbove(file: string, root: string): readonly string[] {
  const folders = [dirname(file)];
  for (let above = dirname(file); above !== root && above !== dirname(above);) {
    above = dirname(above);
    folders.push(above);
  }
  return folders;
}
