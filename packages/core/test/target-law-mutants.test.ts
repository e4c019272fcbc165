import { describe, expect, test } from 'vitest';
import type { Target } from '../src/target.ts';
import type { RecordedLaws } from '../src/testing/index.ts';
import { memoryTargets, recordedLaws, targetLaws } from '../src/testing/index.ts';
import { partMutants } from './target-part-mutants.ts';
import { versionMutants } from './target-version-mutants.ts';

const targetMutants = [...versionMutants, ...partMutants];

/** The laws over a memory target of which every handle is changed. */
function lawsOver(mutate: (sound: Target) => Target): RecordedLaws {
  const laws = recordedLaws(expect);
  targetLaws(laws, {
    open: async () => {
      const sound = memoryTargets({ nowMs: Date.now });
      const reopen = async (): Promise<Target> => mutate(sound);
      return { target: mutate(sound), reopen, close: async () => undefined };
    },
  });
  return laws;
}

describe('a target of which it is said that', () => {
  test.each(targetMutants)('$defect breaks the law', async ({ breaks, mutate }) => {
    expect(await lawsOver(mutate).broken(breaks)).toEqual(breaks);
  });
});

test('a target without a defect breaks no law', async () => {
  expect(await lawsOver((sound) => ({ ...sound })).broken()).toEqual([]);
});

test('every law is broken by one defect at least', () => {
  const caught = new Set(targetMutants.flatMap(({ breaks }) => breaks));
  const names = lawsOver((sound) => sound).names();
  expect(names.filter((name) => !caught.has(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(30);
});
