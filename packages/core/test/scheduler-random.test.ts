import { expect, test } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import type { SubmittedTask } from '../src/scheduler/protocol.ts';
import type { SeededRandom } from '../src/testing/index.ts';
import { seededRandom } from '../src/testing/index.ts';
import { blocked, failed, infrastructure, published, superseded } from './scheduler-driver.ts';
import { leaseMs, Oracle } from './scheduler-oracle.ts';

const runners = ['local', 'emr'];
const workers = ['w1', 'w2', 'w3'];
const caps = { emr: 2, disk: 1 };
const seeds = Array.from({ length: 20 }, (_, index) => index);

/** A graph of up to 14 tasks of all sorts, inputs first. */
function randomTasks(random: SeededRandom): readonly SubmittedTask[] {
  const tasks: SubmittedTask[] = [];
  const count = 1 + random.below(14);
  for (let index = 0; index < count; index += 1) {
    const after = tasks.filter(() => random.oneIn(3)).map(({ task }) => task);
    const fresh =
      random.oneIn(4) && tasks.every((each) => each.state === 'fresh' || !after.includes(each.task));
    const sort = random.below(12);
    const base = { task: `t${index}`, name: 't', after, priority: random.below(3), resources: {} };
    if (sort === 0) tasks.push({ ...base, wrapper: true, state: fresh ? 'fresh' : 'pending' });
    else if (sort === 1)
      tasks.push({ ...base, after: [], state: random.oneIn(2) ? 'fresh' : 'waiting', for: 'x' });
    else {
      tasks.push({
        ...base,
        runner: random.pick(runners),
        state: fresh ? 'fresh' : 'pending',
        resources: random.pick([{}, {}, { emr: 1 }, { emr: 2 }, { disk: 1 }, { emr: 1, disk: 1 }]),
        ...(random.oneIn(4) ? { retries: random.below(3) } : {}),
      });
    }
  }
  return tasks;
}

/** The same tasks as a plan would submit them later: fresh where complete, and sometimes stale again, and all below. */
function submittedAgain(oracle: Oracle, random: SeededRandom): readonly SubmittedTask[] {
  const stale = new Set<string>();
  return [...oracle.tasks.values()].map((task) => {
    if (task.state === 'waiting') return task;
    const staleNow =
      !oracle.complete.has(task.task) || task.after.some((id) => stale.has(id)) || random.oneIn(6);
    const runs = task.runner !== undefined || task.wrapper === true;
    if (!staleNow || !runs) return { ...task, state: 'fresh' };
    stale.add(task.task);
    return { ...task, state: 'pending' };
  });
}

function randomEnd(random: SeededRandom, after: readonly string[]): AttemptEnd {
  return random.pick<AttemptEnd>([
    published,
    published,
    { ...published, kind: 'unchanged' },
    { kind: 'fresh' },
    { kind: 'waiting', for: 'x' },
    failed,
    blocked,
    infrastructure,
    infrastructure,
    { kind: 'timed-out' },
    superseded(),
    superseded(...random.shuffled(after).slice(0, 2)),
    superseded(...random.shuffled(after)),
  ]);
}

function randomStep(oracle: Oracle, random: SeededRandom, nowMs: number): void {
  const worker = random.pick(workers);
  const mine = [...oracle.given.values()].filter((each) => each.worker === worker);
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2: {
      const ids = Array.from({ length: 1 + random.below(3) }, () => random.hex(32));
      const wanted = random.oneIn(3) ? [random.pick(runners)] : runners;
      oracle.next(worker, wanted, ids, nowMs);
      return;
    }
    case 3: {
      const ids = mine.filter(() => random.oneIn(2)).map(({ lease }) => lease.attempt);
      oracle.beat(worker, [...ids, ...(random.oneIn(4) ? ['unknown'] : [])], nowMs);
      return;
    }
    case 4:
      if (random.oneIn(40)) oracle.cancel(nowMs);
      else if (random.oneIn(15)) oracle.submit(submittedAgain(oracle, random), nowMs);
      return;
    default: {
      if (mine.length === 0) return;
      const { lease } = random.pick(mine);
      const after = oracle.tasks.get(lease.task)?.after ?? [];
      oracle.report(lease.attempt, randomEnd(random, after), nowMs);
    }
  }
}

/** From now on nothing goes wrong: all must end. */
function finish(oracle: Oracle, random: SeededRandom): void {
  let nowMs = oracle.heldMs;
  for (let round = 0; round < 200; round += 1) {
    nowMs += 100_000;
    const leases = oracle.next('w', runners, [random.hex(32), random.hex(32)], nowMs);
    for (const { attempt } of leases) oracle.report(attempt, published, nowMs);
    if ([...oracle.scheduler.tasks()].every(({ state }) => state === 'ended')) return;
  }
  expect.unreachable('The run does not end.');
}

test.each(seeds)(
  'whatever happens, every promise is kept and every task ends (twenty graphs from seed %d)',
  (first) => {
    for (let seed = first * 20; seed < first * 20 + 20; seed += 1) {
      const random = seededRandom(seed);
      const oracle = new Oracle(caps);
      let nowMs = 1_000_000;
      oracle.submit(randomTasks(random), nowMs);
      for (let step = random.below(120); step > 0; step -= 1) {
        if (random.oneIn(3)) nowMs += random.below(leaseMs);
        if (random.oneIn(10)) nowMs -= random.below(5 * leaseMs);
        randomStep(oracle, random, nowMs);
      }
      finish(oracle, random);
      oracle.expectEnded();
      oracle.expectReplay();
    }
  },
);

test('the same seed gives the same choices', () => {
  const choices = (seed: number): string => {
    const random = seededRandom(seed);
    return [random.hex(8), random.below(1000), random.shuffled([1, 2, 3, 4, 5]), random.oneIn(2)].join(' ');
  };
  expect(choices(7)).toBe(choices(7));
  expect(choices(7)).not.toBe(choices(8));
  const random = seededRandom(1);
  const draws = Array.from({ length: 4000 }, () => random.below(4));
  const counts = [0, 1, 2, 3].map((value) => draws.filter((draw) => draw === value).length);
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
