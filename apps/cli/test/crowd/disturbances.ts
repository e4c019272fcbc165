import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from '@daybook/core/testing';
import type { BadNetwork } from './bad-network.ts';
import type { Interventions } from './interventions.ts';
import type { Members } from './members.ts';
import { leaseMs } from './members.ts';

/** What was done to a crowd. */
export interface Disturbances {
  readonly killed: number;
  readonly stopped: number;
}

/** It goes on until so much time has passed and the work is well under way, or until there is no more patience. */
const [leastMs, mostMs] = [10_000, 40_000];

/** Kills or stops a random member every second or so; breaks connections and has an operator intervene between. */
export async function disturb(
  { all, scheduler }: Members,
  network: BadNetwork,
  interventions: Interventions,
  random: SeededRandom,
  wellUnderWay: () => boolean,
): Promise<Disturbances> {
  let [killed, stopped] = [0, 0];
  const sinceMs = Date.now();
  for (;;) {
    await wait(500 + random.below(1000));
    const passedMs = Date.now() - sinceMs;
    if (passedMs >= (wellUnderWay() ? leastMs : mostMs)) return { killed, stopped };
    const member = random.pick([...all, scheduler]);
    const withChildren = random.oneIn(2);
    if (random.oneIn(3) && member.stopFor(leaseMs + 500 + random.below(2000), withChildren)) stopped += 1;
    else {
      killed += 1;
      // What it has answered it must stand by, however soon it dies.
      if (member === scheduler && !random.oneIn(3)) network.atNextAnswer(() => member.kill(withChildren));
      else member.kill(withChildren);
    }
    if (random.oneIn(5)) network.cut();
    if (random.oneIn(5)) interventions.next(random);
  }
}
