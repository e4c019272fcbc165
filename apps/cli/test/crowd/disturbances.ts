import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from '@daybook/core/testing';
import type { BadNetwork } from './bad-network.ts';
import type { Interventions } from './interventions.ts';
import type { Member } from './member.ts';
import type { Members } from './members.ts';
import { leaseMs, slowMs } from './members.ts';

/** What was done to a crowd. */
export interface Disturbances {
  readonly killed: number;
  readonly stopped: number;
}

/** How long it goes on: until so much time has passed and the work is well under way, or at most. */
export interface Lasting {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Kills or stops a random member every second or so; breaks connections and has an operator intervene between. */
export async function disturb(
  members: Members,
  network: BadNetwork,
  interventions: Interventions,
  random: SeededRandom,
  { leastMs, mostMs }: Lasting,
  wellUnderWay: () => boolean,
): Promise<Disturbances> {
  const done = { killed: 0, stopped: 0 };
  let over = false;
  /** Some acts wait for their moment, which may come too late. */
  const count =
    (kind: keyof typeof done) =>
    (act: () => boolean): void => {
      if (!over && act()) done[kind] += 1;
    };
  const sinceMs = Date.now();
  for (;;) {
    await wait(500 + random.below(1000));
    const passedMs = Date.now() - sinceMs;
    if (passedMs >= (wellUnderWay() ? leastMs : mostMs)) break;
    if (random.oneIn(3)) stopOne(members, random, count('stopped'));
    else killOne(members, network, random, count('killed'));
    if (random.oneIn(5)) network.cut();
    if (random.oneIn(5)) interventions.next(random);
  }
  over = true;
  // Nothing comes to its end without it. Workers come back late.
  members.scheduler.goOn();
  return done;
}

/** Does an act that may have come to nothing, and counts it. */
type Count = (act: () => boolean) => void;

/**
 * Kills one; seldom one that is stopped, so that most of those come back. What a scheduler has answered it must stand by,
 * however soon it dies.
 */
function killOne({ all, scheduler }: Members, network: BadNetwork, random: SeededRandom, count: Count): void {
  const order = random.shuffled([...all, scheduler]);
  const member = (random.oneIn(4) ? undefined : order.find((each) => !each.stopped())) ?? random.pick(all);
  const withChildren = random.oneIn(2);
  const kill = (): void =>
    count(() => {
      member.kill(withChildren);
      return true;
    });
  if (member === scheduler && !random.oneIn(3)) network.atNextAnswer(kill);
  else kill();
}

/**
 * Stops one until it is taken for dead and others have begun anew what it had: mostly a worker, in the middle of it or as it
 * publishes, for nobody works while the scheduler is stopped.
 */
function stopOne({ all, workers }: Members, random: SeededRandom, count: Count): void {
  const member = random.pick([...workers, ...all]);
  const durationMs = leaseMs + 2500 + random.below(3000);
  const withChildren = random.oneIn(2);
  const afterMs = 50 + random.below(slowMs);
  const stop = (): void => count(() => member.stopFor(durationMs, withChildren));
  if (workers.includes(member)) void stopBusy(member, afterMs, stop);
  else stop();
}

async function stopBusy(member: Member, afterMs: number, stop: () => void): Promise<void> {
  await member.saysNext('attempt-started');
  await wait(afterMs);
  stop();
}
