import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stage, StagedFile } from '@daybook/core';
import { makeFolder, syncFolder } from './create-once.ts';

/** Where one attempt writes: the folder `path` below `root`. Engines may write files there by themselves. */
export function fileStage(root: string, path: string): Stage {
  const folder = join(root, path);
  return {
    uri: pathToFileURL(`${folder}/`).href,
    path,
    async write(name, bytes) {
      const file = join(folder, name);
      await makeFolder(dirname(file));
      const handle = await open(file, 'w');
      try {
        for await (const chunk of bytes) await handle.writeFile(chunk);
      } finally {
        await handle.close();
      }
      return { name, bytes: (await stat(file)).size };
    },
    async sync(names) {
      const staged: StagedFile[] = [];
      const folders = new Set<string>();
      for (const name of names) {
        const file = join(folder, name);
        for (let above = dirname(file); above.length >= folder.length; above = dirname(above))
          folders.add(above);
        const handle = await open(file, 'r');
        try {
          await handle.sync();
          staged.push({ name, bytes: (await handle.stat()).size });
        } finally {
          await handle.close();
        }
      }
      // The attempt's folder and the two above it may be new: their names must last too.
      for (const each of [...folders, dirname(folder), dirname(dirname(folder))]) await syncFolder(each);
      return staged;
    },
  };
}
