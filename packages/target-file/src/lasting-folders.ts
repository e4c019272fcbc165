import { mkdirSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { synced } from './synced.ts';

/** The folders below one root, whose names are made to outlast a loss of power: each name once, however often it is asked. */
export interface LastingFolders {
  /** Makes a folder and those above it. Their names last once `keep` was asked for it or for one below it. */
  make(folder: string): void;
  /** Makes the names in a folder last, and its own, and those of the folders above it through the root. */
  keep(folder: string): Promise<void>;
}

export function lastingFolders(root: string): LastingFolders {
  const lasting = new Set<string>();
  /** The root, or the topmost folder above it that was made for its sake. */
  let top = root;
  return {
    make(folder) {
      const first = mkdirSync(folder, { recursive: true });
      if (first !== undefined && root.startsWith(`${first}${sep}`)) top = first;
    },
    async keep(folder) {
      // Whoever made a folder may have died before its name lasted, so that a folder found there is no proof.
      const fleeting: string[] = [];
      for (let each = folder; !lasting.has(each); each = dirname(each)) {
        fleeting.push(each);
        if (each === top) break;
      }
      // At once, so that a file system with a journal can write one entry for all.
      await Promise.all([folder, ...fleeting.map((each) => dirname(each))].map(synced));
      for (const each of fleeting) lasting.add(each);
    },
  };
}
