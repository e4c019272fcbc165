import type { Runner } from '@daybook/core';
import type { RecordedLaws } from '@daybook/core/testing';
import { recordedLaws, runnerLaws } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { openedInMemory } from './opened.ts';
import { runnerMutants } from './runner-mutants.ts';

const abilities = { kinds: ['load', 'sql', 'code'], offers: ['readRows', 'fingerprint'] } as const;

/** The laws over a runner in this process that is changed. */
function lawsOver(mutate: (sound: Runner) => Runner): RecordedLaws {
  const laws = recordedLaws(expect);
  const open = (): ReturnType<typeof openedInMemory> =>
    openedInMemory(mutate(localRunner({ isolation: 'none', cache: { bytes: 0 } })));
  runnerLaws(laws, { ...abilities, open });
  return laws;
}

describe('a runner of which it is said that', () => {
  test.each(runnerMutants)('$defect breaks the law', async ({ breaks, mutate }) => {
    expect(await lawsOver(mutate).broken(breaks)).toEqual(breaks);
  });
});

test('a runner that is changed in nothing breaks no law', async () => {
  expect(await lawsOver((sound) => ({ ...sound })).broken()).toEqual([]);
});

test('every law is broken by one defect at least', () => {
  const caught = new Set(runnerMutants.flatMap(({ breaks }) => breaks));
  const names = lawsOver((sound) => sound).names();
  expect(names.filter((name) => !caught.has(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(50);
});

test('a gap that is one passes, and one that is closed or of no law fails', async () => {
  const gaps = {
    'sql: parameters are values, whatever is in them': 'it drops backslashes',
    'sql: a job that fails is its task’s fault, and says why': 'none',
    'no such law': 'none',
  };
  const laws = recordedLaws(expect);
  const mutant = runnerMutants.find(({ breaks }) =>
    breaks.includes('sql: parameters are values, whatever is in them'),
  );
  const open = (): ReturnType<typeof openedInMemory> => {
    const sound = localRunner({ isolation: 'none', cache: { bytes: 0 } });
    return openedInMemory(mutant?.mutate(sound) ?? sound);
  };
  runnerLaws(laws, { ...abilities, open, gaps });
  const ofGaps = laws.names().filter((name) => name.includes('gap'));
  expect(await laws.broken(ofGaps)).toEqual([
    'sql: a job that fails is its task’s fault, and says why (a gap: none)',
    'every gap is that of a law',
  ]);
});
