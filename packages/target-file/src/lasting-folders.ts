import { mkdir, open } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** The folders below one root, whose names are made to outlast a loss of power: each name once, however often it is asked. */
export interface LastingFolders {
  /** Makes a folder and those above it. Their names last when this resolves. */
  make(folder: string): Promise<void>;
  /** Makes the names in a folder last, and its own, and those of the folders above it through the root. */
  keep(folder: string): Promise<void>;
}

export function lastingFolders(root: string): LastingFolders {
  const lasting = new Set<string>([root]);
  /** Whoever made a folder may have died before its name lasted, so that a folder found there is no proof. */
  const keepNameOf = async (folder: string): Promise<void> => {
    const fleeting: string[] = [];
    for (let each = folder; !lasting.has(each) && each !== dirname(each); each = dirname(each))
      fleeting.push(each);
    // From the top down, so that whatever lies above a lasting name lasts too, even where one of these fails.
    for (const each of fleeting.toReversed()) {
      await syncFolder(dirname(each));
      lasting.add(each);
    }
  };
  return {
    async make(folder) {
      const first = await mkdir(folder, { recursive: true });
      if (first !== undefined && isAbove(first, root)) await syncThrough(dirname(first), dirname(root));
      await keepNameOf(folder);
    },
    async keep(folder) {
      await syncFolder(folder);
      await keepNameOf(folder);
    },
  };
}

function isAbove(folder: string, root: string): boolean {
  return root === folder || root.startsWith(`${folder}${sep}`);
}

/** Syncs `from` and each folder on the way down to `to`. */
async function syncThrough(from: string, to: string): Promise<void> {
  const steps = relative(from, to).split(sep);
  for (let count = 0; count <= steps.length; count += 1)
    await syncFolder(join(from, ...steps.slice(0, count)));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
