import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from '../../src/assert.ts';
import type { Mutant } from './mutants.ts';
import type { Simulation } from './simulate.ts';

type Simulate = (seed: number) => Promise<Simulation>;

const core = fileURLToPath(new URL('../..', import.meta.url));

/** A simulation of a copy of the code with one breakage in it. Remove the copy when it is no longer needed. */
export async function mutatedSimulation({ name, from, to }: Mutant): Promise<{
  readonly simulate: Simulate;
  remove(): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), `daybook-mutant-${name}-`));
  for (const part of ['src', 'test/simulation', 'package.json'])
    cpSync(join(core, part), join(folder, part), { recursive: true });
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({
      path: join(folder, 'src', path),
      text: readFileSync(join(folder, 'src', path), 'utf8'),
    }));
  const places = sources.filter(({ text }) => text.includes(from));
  const [place] = places;
  assert(
    place !== undefined && places.length === 1 && place.text.split(from).length === 2,
    `The mutant ${name} does not fit: its text must stand once in the sources. Write the mutant anew.`,
  );
  writeFileSync(
    place.path,
    place.text.replace(from, () => to),
  );
  const module = (await import(pathToFileURL(join(folder, 'test/simulation/simulate.ts')).href)) as {
    readonly simulate: Simulate;
  };
  return { simulate: module.simulate, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The first seed from 0 that catches a mutant, with what it finds; undefined when none below `seeds` does. */
export async function firstCatch(mutant: Mutant, seeds: number): Promise<Simulation | undefined> {
  const { simulate, remove } = await mutatedSimulation(mutant);
  try {
    for (let seed = 0; seed < seeds; seed += 1) {
      const simulation = await simulate(seed);
      if (simulation.violations.length > 0) return simulation;
    }
    return undefined;
  } finally {
    remove();
  }
}
