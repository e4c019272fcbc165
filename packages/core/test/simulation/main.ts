/**
 * Simulates by seed. `--seed 123` tells the whole history of one seed, `--seeds 20000 [--from 0]` which seeds fail.
 * `--mutants` tells which seed catches each deliberate breakage; `--mutant NAME` simulates with one of them. `--scripts 1000`
 * does as many scripts of random edits, `--script 123` tells one.
 */
import { parseArgs } from 'node:util';
import { assert } from '../../src/assert.ts';
import { editScript } from '../edits/edit-script.ts';
import { firstCatch, mutatedSimulation } from './mutated.ts';
import { mutants } from './mutants.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    script: { type: 'string' },
    scripts: { type: 'string' },
  },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);

/** Says all at once at the end of a step, so that a reader who goes away early does no harm. */
function flush(): void {
  process.stdout.write(
    lines
      .splice(0)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

async function oneSeed(run: typeof simulate, seed: number): Promise<boolean> {
  const { history, violations } = await run(seed);
  for (const line of history) say(line);
  say(violations.length === 0 ? 'All is as it must be.' : `Violations, marked above: ${violations.length}`);
  return violations.length === 0;
}

async function manySeeds(run: typeof simulate): Promise<boolean> {
  const startMs = Date.now();
  let [attempts, versions, failed] = [0, 0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await run(seed);
    attempts += result.attempts;
    versions += result.versions;
    if (result.violations.length === 0) continue;
    failed += 1;
    say(`seed ${seed}: ${result.violations[0]}`);
    flush();
  }
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  say(`${seeds} seeds, ${attempts} attempts, ${versions} versions, ${seconds} s, ${failed} failed`);
  return failed === 0;
}

async function allMutants(): Promise<boolean> {
  let survivors = 0;
  for (const mutant of mutants) {
    const caught = await firstCatch(mutant, seeds);
    if (caught === undefined) survivors += 1;
    say(
      `${mutant.name.padEnd(28)} ${caught === undefined ? 'SURVIVES' : `seed ${caught.seed}: ${caught.violations[0]}`}`,
    );
    flush();
  }
  return survivors === 0;
}

async function oneScript(seed: number): Promise<boolean> {
  const { steps, wrong } = await editScript(seed);
  for (const line of [...steps, ...wrong.map((what) => `WRONG ${what}`)]) say(line);
  return wrong.length === 0;
}

async function manyScripts(scripts: number): Promise<boolean> {
  const startMs = Date.now();
  let [ran, failed] = [0, 0];
  for (let seed = from; seed < from + scripts; seed += 1) {
    const result = await editScript(seed);
    ran += result.ran;
    if (result.wrong.length === 0) continue;
    failed += 1;
    say(`script ${seed}: ${result.wrong[0]}`);
    flush();
  }
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
  say(`${scripts} scripts, ${ran} tasks run, ${seconds} s, ${failed} failed`);
  return failed === 0;
}

async function chosen(): Promise<boolean> {
  if (values.script !== undefined) return await oneScript(Number(values.script));
  if (values.scripts !== undefined) return await manyScripts(Number(values.scripts));
  if (values.mutants) return await allMutants();
  const mutant = mutants.find(({ name }) => name === values.mutant);
  assert(values.mutant === undefined || mutant, `There is no mutant ${values.mutant}.`);
  const mutated = mutant === undefined ? undefined : await mutatedSimulation(mutant);
  const run = mutated?.simulate ?? simulate;
  const good = values.seed === undefined ? await manySeeds(run) : await oneSeed(run, Number(values.seed));
  mutated?.remove();
  return good;
}

process.exitCode = (await chosen()) ? 0 : 1;
flush();
