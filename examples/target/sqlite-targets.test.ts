import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetLaws } from '@daybook/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { sqliteTargets } from './sqlite-targets.ts';

targetLaws(
  { afterAll, describe, expect, test },
  {
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sqlite-targets-'));
      const file = join(folder, 'daybook.sqlite');
      return {
        target: sqliteTargets({ file }),
        reopen: async () => sqliteTargets({ file }),
        close: async () => await rm(folder, { recursive: true }),
      };
    },
    // A query has no pages: there is no number of rows at which it would go wrong.
    pageSize: 100,
  },
);
