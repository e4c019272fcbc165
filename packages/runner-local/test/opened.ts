import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runner } from '@daybook/core';
import type { OpenRunner } from '@daybook/core/testing';
import { memoryTargets } from '@daybook/core/testing';
import { fileTargets } from '@daybook/target-file';

const configPath = fileURLToPath(new URL('./fixtures/laws.config.ts', import.meta.url));

/** A runner over a folder of its own, for the laws. */
export async function openedOnFolder(runner: Runner): Promise<OpenRunner> {
  const root = await mkdtemp(join(tmpdir(), 'runner-laws-'));
  return {
    runner,
    target: fileTargets({ root }),
    configPath,
    files: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const paths = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
      const files = paths.sort().map(async (path) => [relative(root, path), await readFile(path)] as const);
      return new Map(await Promise.all(files));
    },
    close: async () => {
      await runner.close?.();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A runner over a target that no engine can reach, as it is with a bucket. */
export async function openedInMemory(runner: Runner): Promise<OpenRunner> {
  const target = memoryTargets();
  const close = async (): Promise<void> => await runner.close?.();
  return { runner, target, configPath, files: async () => target.files(), close };
}
