/**
 * Searches for numbers that are not the same on Spark as at home: books that a seed decides, through all SQL of the accounts.
 * `npm run same-numbers -- --seeds 100 [--from 1] [--spark 4.0.2]`. Ends with 1 where something differs.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingFor, sparkKinds } from '../../../emr-local/test/spark/spark-kinds.ts';
import { difference } from './compare.ts';
import { ledgerWorks } from './ledgers.ts';
import type { Home, Recorded } from './recorded.ts';
import { again, openHome } from './recorded.ts';
import { submit } from './submit.ts';

/** So many seeds go into one submission. */
const seedsAtOnce = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    spark: { type: 'string' },
  },
});
const kinds = sparkKinds.filter(({ version }) => values.spark === undefined || version === values.spark);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const lacks = kinds.map(missingFor).filter((lack) => lack !== undefined);
for (const lack of lacks) say(lack);
process.exitCode = lacks.length > 0 || kinds.length === 0 || !(await allTheSame()) ? 1 : 0;

async function allTheSame(): Promise<boolean> {
  const [from, count] = [Number(values.from), Number(values.seeds)];
  let differences = 0;
  for (let first = from; first < from + count; first += seedsAtOnce) {
    const seeds = Array.from(
      { length: Math.min(seedsAtOnce, from + count - first) },
      (_, index) => first + index,
    );
    const homes = seeds.map(() => openHome());
    try {
      differences += await differencesOf(homes, seeds);
    } finally {
      await Promise.all(homes.map((home) => home.remove()));
    }
  }
  say(`${count} seeds on ${kinds.map(({ version }) => version).join(' and ')}: ${differences} differences`);
  return differences === 0;
}

async function differencesOf(homes: readonly Home[], seeds: readonly number[]): Promise<number> {
  const made: (Recorded & { readonly seed: number })[] = [];
  for (const [index, seed] of seeds.entries()) {
    const home = homes[index];
    if (home !== undefined) for (const each of await ledgerWorks(home, seed)) made.push({ ...each, seed });
  }
  const folder = homes[0]?.folder ?? '';
  let differences = 0;
  for (const kind of kinds) {
    const placed = made.map((each) => again(each));
    const done = await submit(kind, placed, { folder: join(folder, 'submissions') });
    for (const [index, { work }] of placed.entries()) {
      const recorded = made[index];
      const told = recorded && (await difference(recorded, await done.outcome(work)));
      if (told === undefined) continue;
      differences += 1;
      say(`Spark ${kind.version}, seed ${recorded?.seed}: ${told}`);
    }
    say(
      `Spark ${kind.version}: ${placed.length} tables, seeds ${seeds[0]} to ${seeds.at(-1)}, in ${done.seconds} s`,
    );
  }
  return differences;
}
