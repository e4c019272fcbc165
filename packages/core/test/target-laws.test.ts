import { afterAll, describe, expect, test } from 'vitest';
import { memoryTargets, targetLaws } from '../src/testing/index.ts';

targetLaws(
  { afterAll, describe, expect, test },
  {
    open: async () => {
      const target = memoryTargets({ nowMs: Date.now });
      return { target, reopen: async () => target, close: async () => undefined };
    },
  },
);
