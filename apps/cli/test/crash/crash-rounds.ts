import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@daybook/core/testing';
import type { Ended } from '../process-group.ts';
import { startGroup } from '../process-group.ts';
import type { Death } from './deadly.ts';
import { acts, deathFile, moments } from './deadly.ts';

/** What became of one round. */
export interface CrashRound {
  /** Where the process group was killed, or that it came to its end before. */
  readonly deaths: readonly string[];
  /** What is not as it is after a run that nobody disturbs. */
  readonly wrong: readonly string[];
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const run = [
  'run',
  'all-sales',
  '--through',
  '2018-07-03',
  '--refetch',
  '--today',
  '2018-07-20',
  '--workers',
  '3',
];

/** Rounds of the same run, killed at other points each time, held against one that was not disturbed. */
export interface CrashRounds {
  round(seed: number): Promise<CrashRound>;
  remove(): void;
}

export async function crashRounds(): Promise<CrashRounds> {
  const base = mkdtempSync(join(tmpdir(), 'daybook-crash-'));
  symlinkSync(here('../../../../node_modules'), join(base, 'node_modules'));
  const before = newProject(base, 'before');
  sell(before, 1);
  await expectGood(before, run);
  const undisturbed = copyOf(before, base, 'undisturbed');
  sell(undisturbed, 2);
  await expectGood(undisturbed, run);
  const right = fingerprintsIn(undisturbed);
  return {
    async round(seed) {
      const random = seededRandom(seed);
      // Half of the rounds begin with nothing, half with older data.
      const name = `round-${seed}`;
      const folder = random.oneIn(2) ? newProject(base, name) : copyOf(before, base, name);
      sell(folder, 2);
      const death = { ...pointOf(seed), count: 1 + random.below(3), withinMs: random.below(20) };
      const deaths = [await killedAt(folder, death)];
      while (random.oneIn(2)) deaths.push(await killedAfter(folder, 300 + random.below(3000)));
      const wrong = await wrongAfter(folder, right);
      rmSync(folder, { recursive: true, force: true });
      return { deaths, wrong };
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Every named point, in an order in which neighbours have little in common: 7 has no divisor in common with 15. */
const points = acts.flatMap((act) => moments.map((when) => ({ act, when })));
const pointOf = (seed: number): Pick<Death, 'act' | 'when'> =>
  points[(seed * 7) % points.length] as (typeof points)[number];

/** One run that is killed at a named point, if it comes to it. */
async function killedAt(folder: string, death: Death): Promise<string> {
  writeFileSync(join(folder, deathFile), JSON.stringify(death));
  const { signal } = await inGroup(folder, run);
  rmSync(join(folder, deathFile), { force: true });
  return deathText(signal, `${death.when} ${death.act} ${death.count}`);
}

/** One run that is killed at any moment, if it lives so long. */
async function killedAfter(folder: string, waitMs: number): Promise<string> {
  const { signal } = await inGroup(folder, run, waitMs);
  return deathText(signal, `after ${waitMs} ms`);
}

function deathText(signal: string | null, point: string): string {
  return signal === null ? `not reached: ${point}` : point;
}

async function wrongAfter(folder: string, right: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const wrong: string[] = [];
  const said = async (words: readonly string[]): Promise<void> => {
    const { code, text } = await inGroup(folder, words);
    if (code !== 0) wrong.push(`daybook ${words.join(' ')} exits ${code}: ${text}`);
  };
  await said(run);
  await said(['verify']);
  const there = fingerprintsIn(folder);
  for (const task of new Set([...right.keys(), ...there.keys()]))
    if (there.get(task) !== right.get(task)) wrong.push(`${task} is another one than in a run left in peace`);
  return wrong;
}

function newProject(base: string, name: string): string {
  const folder = join(base, name);
  mkdirSync(join(folder, 'sales'), { recursive: true });
  copyFileSync(here('../fixtures/daybook.config.ts'), join(folder, 'project.config.ts'));
  copyFileSync(here('daybook.config.ts'), join(folder, 'daybook.config.ts'));
  copyFileSync(here('deadly.ts'), join(folder, 'deadly.ts'));
  return folder;
}

function copyOf(folder: string, base: string, name: string): string {
  cpSync(folder, join(base, name), { recursive: true });
  return join(base, name);
}

/** Writes three days of sales; the second day of `edition` 2 is another one, the third the same in another order. */
function sell(folder: string, edition: number): void {
  const days = [
    ['north 1.50', 'south 2.25'],
    edition === 1 ? ['north 7.00'] : ['north 7.00', 'south 0.10', 'west 3.00'],
    edition === 1 ? ['west 1.00', 'east 4.00'] : ['east 4.00', 'west 1.00'],
  ];
  for (const [index, sold] of days.entries()) {
    const lines = sold.map((each) => {
      const [shop, amount] = each.split(' ');
      return `${JSON.stringify({ shop, amount })}\n`;
    });
    writeFileSync(join(folder, 'sales', `2018-07-0${index + 1}.ndjson`), lines.join(''));
  }
}

async function expectGood(folder: string, words: readonly string[]): Promise<void> {
  const { code, text } = await inGroup(folder, words);
  if (code !== 0) throw new Error(`A run left in peace exits ${code}: ${text}`);
}

/** The command in a process group of its own, killed as a whole after `killAfterMs`. */
async function inGroup(folder: string, words: readonly string[], killAfterMs?: number): Promise<Ended> {
  const run = startGroup(here('../../bin/daybook.js'), words, folder);
  const timer = killAfterMs === undefined ? undefined : setTimeout(run.kill, killAfterMs);
  const ended = await run.ended;
  clearTimeout(timer);
  return ended;
}

/** The fingerprint of the newest version of each task in the project's folder of data. */
function fingerprintsIn(folder: string): ReadonlyMap<string, string> {
  const data = join(folder, 'data');
  const found = new Map<string, string>();
  for (const name of existsSync(data) ? readdirSync(data) : []) {
    const versions = join(data, name, 'versions');
    for (const segment of existsSync(versions) ? readdirSync(versions) : []) {
      const newest = readdirSync(join(versions, segment)).sort().at(-1);
      if (newest === undefined) continue;
      found.set(`${name}/${segment}`, fingerprintIn(join(versions, segment, newest)));
    }
  }
  return found;
}

function fingerprintIn(path: string): string {
  const text = readFileSync(path, 'utf8');
  try {
    return (JSON.parse(text) as { readonly fingerprint: string }).fingerprint;
  } catch {
    return `none: ${text.slice(0, 100)}`;
  }
}
