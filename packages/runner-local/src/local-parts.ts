import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Part, Target } from '@daybook/core';
import { assert, DaybookError } from '@daybook/core';

/** The local path of each part: where it is, in a folder, if its size is right; else a copy in `folder`. */
export async function localParts(
  target: Target,
  parts: readonly Part[],
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const part of parts) {
    if (paths.has(part.path)) continue;
    if (target.name.startsWith('file:')) {
      for await (const _ of target.read(part, [])) assert(false, 'No bytes were asked for.');
      paths.set(
        part.path,
        fileURLToPath(new URL(part.path.split('/').map(encodeURIComponent).join('/'), target.name)),
      );
      continue;
    }
    const path = join(folder, `input-${paths.size}`);
    mkdirSync(folder, { recursive: true });
    await copyPart(target, part, path);
    paths.set(part.path, path);
  }
  return paths;
}

/** Copies a part, and holds what was read against its SHA-256. */
async function copyPart(target: Target, part: Part, path: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(
    target.read(part),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  const digest = hash.digest('hex');
  if (digest === part.sha256) return;
  throw new DaybookError(
    'part-damaged',
    `The part ${part.path} has the SHA-256 ${digest} instead of ${part.sha256}: restore it from a backup, or make its task again with --force.`,
  );
}
