import { expect, test } from 'vitest';
import { firstCatch } from './simulation/mutated.ts';
import { mutants } from './simulation/mutants.ts';

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'the simulation catches %s',
  async (_, mutant) => {
    expect(await firstCatch(mutant, 300)).toBeDefined();
  },
);
