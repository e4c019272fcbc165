import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { targetLaws } from '@daybook/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { fileTargets } from '../src/index.ts';
import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();

targetLaws(
  { afterAll, describe, expect, test },
  {
    open: async () => {
      const root = newFolder();
      return {
        target: fileTargets({ root }),
        reopen: async () => fileTargets({ root }),
        engineWrites: async (uri, bytes) => {
          const path = fileURLToPath(uri);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, bytes);
        },
        close: async () => undefined,
      };
    },
  },
);
