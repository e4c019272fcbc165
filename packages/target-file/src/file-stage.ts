import { fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stage, StagedFile } from '@daybook/core';
import { guarded } from './guarded.ts';
import type { LastingFolders } from './lasting-folders.ts';
import { synced } from './synced.ts';

/** Where one attempt writes: the folder `path` below `root`. Engines may write files there by themselves. */
export function fileStage(root: string, folders: LastingFolders, path: string): Stage {
  const folder = resolve(root, path);
  return {
    uri: pathToFileURL(`${folder}/`).href,
    path,
    async write(name, bytes) {
      const doing = `write ${path}${name}`;
      const file = join(folder, name);
      await guarded(doing, () => folders.make(dirname(file)));
      const handle = await guarded(doing, () => open(file, 'w'));
      try {
        for await (const chunk of bytes) await guarded(doing, () => handle.writeFile(chunk));
        return { name, bytes: fstatSync(handle.fd).size };
      } finally {
        await guarded(doing, () => handle.close());
      }
    },
    async sync(names) {
      return await guarded(`keep ${path}`, () => syncFiles(folders, folder, names));
    },
  };
}

/** Syncs files, and the names of every folder above them: an engine may have made each of those, and not lastingly. */
async function syncFiles(
  folders: LastingFolders,
  folder: string,
  names: readonly string[],
): Promise<readonly StagedFile[]> {
  const above = new Set(names.map((name) => dirname(join(folder, name))));
  const [staged] = await Promise.all([
    Promise.all(names.map(async (name) => ({ name, bytes: await synced(join(folder, name)) }))),
    Promise.all([...above].map((each) => folders.keep(each))),
  ]);
  return staged;
}
