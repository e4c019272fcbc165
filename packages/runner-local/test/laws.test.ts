import { runnerLaws } from '@daybook/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { openedInMemory, openedOnFolder } from './opened.ts';

const framework = { afterAll, describe, expect, test };
const abilities = { kinds: ['load', 'sql', 'code'], offers: ['readRows', 'fingerprint'] } as const;

describe('in child processes, over a folder', () => {
  const open = (): ReturnType<typeof openedOnFolder> => openedOnFolder(localRunner());
  runnerLaws(framework, { ...abilities, open });
});

describe('in this process, over a target that is no folder', () => {
  const open = (): ReturnType<typeof openedInMemory> =>
    openedInMemory(localRunner({ isolation: 'none', cache: { bytes: 0 } }));
  runnerLaws(framework, { ...abilities, open });
});
