import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@daybook/core/testing';
import type { SmallMonth } from '../month/small-month.ts';
import { closing, monthProject, publishedInPeace, smallMonth } from '../month/small-month.ts';
import { endStrays } from '../strays.ts';
import { badNetwork } from './bad-network.ts';
import type { Lasting } from './disturbances.ts';
import { disturb } from './disturbances.ts';
import { startInterventions } from './interventions.ts';
import type { Surroundings } from './members.ts';
import { slowMs, startMembers, startSchedulerMember, surroundings } from './members.ts';
import type { Outcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';

/** What became of one round. */
export interface CrowdRound extends Outcome {
  readonly killed: number;
  readonly stopped: number;
  /** How many requests reached the network, and how many answers it lost. */
  readonly requests: number;
  readonly lostAnswers: number;
}

/**
 * Rounds in which four workers close a month for one scheduler, in a bad network, while everybody is killed or stopped at
 * random.
 */
export interface Crowd {
  round(seed: number): Promise<CrowdRound>;
  remove(): void;
}

/** So that there is work for as long as there are disturbances. */
const ledgerStart = '2018-07-27';
const packages = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** Prepares an exchange and runs that nobody disturbs, to hold the rounds against. */
export async function crowd(lasting: Lasting): Promise<Crowd> {
  const base = mkdtempSync(join(tmpdir(), 'daybook-crowd-'));
  symlinkSync(packages, join(base, 'node_modules'));
  const month = await smallMonth(base, ledgerStart);
  const right = { early: await inPeace(base, month, false), late: await inPeace(base, month, true) };
  return {
    async round(seed) {
      const random = seededRandom(seed);
      const folder = join(base, `round-${seed}`);
      monthProject(folder);
      mkdirSync(join(folder, 'tmp'));
      const place = { ledgerStart, exchange: month.exchange(join(folder, 'exchange')), slowMs };
      const late = random.oneIn(2);
      const round = await disturbed(
        surroundings(folder, place),
        seed,
        lasting,
        async () => {
          if (late) await month.comeLate(place.exchange, random.below(10_000));
        },
        late ? right.late : right.early,
      );
      if (round.wrong.length === 0) rmSync(folder, { recursive: true, force: true });
      return round;
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** What one process publishes that is left in peace. */
async function inPeace(base: string, month: SmallMonth, late: boolean): Promise<ReadonlyMap<string, string>> {
  const folder = join(base, late ? 'late-in-peace' : 'in-peace');
  monthProject(folder);
  const exchange = month.exchange(join(folder, 'exchange'));
  if (late) await month.comeLate(exchange);
  return await publishedInPeace(folder, closing, { ledgerStart, exchange }, true);
}

async function disturbed(
  around: Surroundings,
  seed: number,
  lasting: Lasting,
  meanwhile: () => Promise<void>,
  right: ReadonlyMap<string, string>,
): Promise<CrowdRound> {
  const random = seededRandom(seed + 1);
  let url = '';
  const listening = Promise.withResolvers<void>();
  const scheduler = startSchedulerMember(around, (at) => {
    url = at;
    listening.resolve();
  });
  await listening.promise;
  const network = await badNetwork(() => url, seededRandom(seed + 2));
  const wishes = (): readonly string[] => random.pick([[], ['--refetch'], ['--force']]);
  const members = startMembers(around, scheduler, network.url, wishes);
  const interventions = startInterventions(network.url, around.tokens.operator);
  try {
    const coming = meanwhile();
    const wellUnderWay = (): boolean => publishedTasks(around.folder) >= (2 / 3) * right.size;
    const done = await disturb(members, network, interventions, random, lasting, wellUnderWay);
    network.calm();
    await Promise.all([coming, interventions.end()]);
    const outcome = await outcomeOf(around, members, { network: network.url, scheduler: () => url }, right);
    return { ...done, requests: network.requests(), lostAnswers: network.lostAnswers(), ...outcome };
  } finally {
    for (const member of members.all) {
      void member.leave();
      member.kill(true);
    }
    await network.close();
    await endStrays(around.folder);
  }
}

/** How many tasks have a version in the folder of data. */
function publishedTasks(folder: string): number {
  const data = join(folder, 'data');
  const versions = (existsSync(data) ? readdirSync(data) : []).map((name) => join(data, name, 'versions'));
  return versions.reduce((sum, each) => sum + (existsSync(each) ? readdirSync(each).length : 0), 0);
}
