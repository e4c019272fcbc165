import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runnerLaws } from '@daybook/core/testing';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { afterAll, describe, expect, test } from 'vitest';
import type { SparkKind } from '../../emr-local/test/spark/spark-kinds.ts';
import { emrRunner } from '../src/index.ts';
import { openSparkWorld } from './spark-world.ts';

/** The laws of a runner, on EMR of this machine with this Spark. No cluster is left when they have been tried. */
export function sparkLaws(kind: SparkKind): void {
  runnerLaws(
    { afterAll, describe, expect, test },
    {
      kinds: ['sql', 'spark'],
      patienceMs: 120_000,
      open: async () => {
        const world = await openSparkWorld(kind, { shared: true });
        const root = join(world.folder, 'data');
        const runner = emrRunner(world.options);
        const reader = localRunner({ isolation: 'none' });
        return {
          runner,
          target: fileTargets({ root }),
          readRows: (...asked) => reader.readRows!(...asked),
          files: async () => {
            const entries = await readdir(root, { recursive: true, withFileTypes: true });
            const paths = entries.flatMap((each) =>
              each.isFile() ? [join(each.parentPath, each.name)] : [],
            );
            return new Map(
              await Promise.all(
                paths.sort().map(async (path) => [relative(root, path), await readFile(path)] as const),
              ),
            );
          },
          close: async () => {
            await runner.close?.();
            await reader.close?.();
            expect(world.server.state().clusters.filter(({ live }) => live)).toEqual([]);
            await world.close();
          },
        };
      },
    },
  );
}
