import { expect, test } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import type { ProjectRef, SubmittedTask } from '../src/scheduler/protocol.ts';
import type { SeededRandom } from '../src/testing/index.ts';
import { seededRandom } from '../src/testing/index.ts';
import { blocked, failed, infrastructure, published, superseded } from './scheduler-driver.ts';
import type { WorkerOfOracle } from './scheduler-oracle.ts';
import { leaseMs, Oracle } from './scheduler-oracle.ts';

const runners = ['local', 'emr'];
const target = 'memory:///';
const projects: readonly ProjectRef[] = [
  { target, digest: 'old' },
  { target, digest: 'new' },
];
const workers: readonly WorkerOfOracle[] = ['w1', 'w2', 'w3'].map((name) => ({
  name,
  project: projects[name === 'w3' ? 1 : 0] as ProjectRef,
}));
const names = ['t', 'u'];
const caps = { emr: 2, disk: 1 };
const seeds = Array.from({ length: 20 }, (_, index) => index);

/** A graph of up to 14 tasks of all sorts, inputs first. */
function randomTasks(random: SeededRandom): readonly SubmittedTask[] {
  const tasks: SubmittedTask[] = [];
  const count = 1 + random.below(14);
  for (let index = 0; index < count; index += 1) {
    const after = tasks.filter(() => random.oneIn(3)).map(({ task }) => task);
    const sort = random.below(12);
    const base = {
      task: `t${index}`,
      name: random.pick(names),
      after,
      priority: random.below(3),
      resources: {},
      state: 'pending' as const,
      wish: { seen: 0 },
    };
    if (sort === 0) tasks.push({ ...base, wrapper: true });
    else if (sort === 1)
      tasks.push({ ...base, after: [], state: random.oneIn(2) ? 'fresh' : 'waiting', for: 'x' });
    else {
      tasks.push({
        ...base,
        runner: random.pick(runners),
        resources: random.pick([{}, {}, { emr: 1 }, { emr: 2 }, { disk: 1 }, { emr: 1, disk: 1 }]),
        ...(random.oneIn(4) ? { retries: random.below(3) } : {}),
      });
    }
  }
  return tasks;
}

/** The same tasks as a newer project has them: some have other inputs, others run elsewhere. */
function deployed(tasks: readonly SubmittedTask[], random: SeededRandom): readonly SubmittedTask[] {
  return tasks.map((task, index) => {
    if (!random.oneIn(3) || task.runner === undefined) return task;
    const before = tasks.slice(0, index).filter(() => random.oneIn(3));
    return { ...task, after: before.map((each) => each.task), runner: random.pick(runners) };
  });
}

/** Some of the tasks and all that they need, with what the run has already: fresh where complete, and some stale again. */
function submission(
  oracle: Oracle,
  tasks: readonly SubmittedTask[],
  run: string,
  random: SeededRandom,
): readonly SubmittedTask[] {
  const needed = new Set(oracle.scheduler.tasks({ run }).map(({ task }) => task));
  for (const { task } of tasks) if (random.oneIn(2)) needed.add(task);
  for (const { task, after } of tasks.toReversed())
    if (needed.has(task)) for (const id of after) needed.add(id);
  const stale = new Set<string>();
  return tasks
    .filter(({ task }) => needed.has(task))
    .map((task) => {
      const runs = task.runner !== undefined || task.wrapper === true;
      if (!runs) return task;
      const staleNow =
        !oracle.complete.has(task.task) || task.after.some((id) => stale.has(id)) || random.oneIn(6);
      if (
        !staleNow ||
        (!oracle.tasks.has(task.task) && task.after.every((id) => !stale.has(id)) && random.oneIn(4))
      )
        return { ...task, state: 'fresh' };
      stale.add(task.task);
      const wish = { seen: random.below(3), ...(random.oneIn(5) ? { forced: true } : {}) };
      return { ...task, state: 'pending', wish };
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
    { kind: 'cancelled' },
    superseded(),
    superseded(...random.shuffled(after).slice(0, 2)),
    superseded(...random.shuffled(after)),
  ]);
}

interface Scene {
  readonly oracle: Oracle;
  readonly random: SeededRandom;
  /** The tasks of each project. */
  readonly tasks: readonly (readonly SubmittedTask[])[];
}

function submitSome({ oracle, random, tasks }: Scene, nowMs: number): void {
  const run = `r${random.below(3)}`;
  const which = random.oneIn(3) ? 1 : 0;
  const project = projects[which] as ProjectRef;
  const today = random.pick(['2018-08-01', '2018-08-02']);
  const some = submission(oracle, tasks[which] ?? [], run, random);
  oracle.submit({ run, project, today, tasks: some }, nowMs);
}

/** What people and deploys do, and what comes over a scheduler. */
function randomIntervention(scene: Scene, nowMs: number): void {
  const { oracle, random } = scene;
  const runs = oracle.scheduler.runs().map(({ run }) => run);
  switch (random.below(10)) {
    case 0:
      if (random.oneIn(4)) oracle.cancel(undefined, nowMs);
      return;
    case 1:
      if (runs.length > 0) oracle.cancel(random.pick(runs), nowMs);
      return;
    case 2:
    case 3: {
      if (runs.length === 0) return;
      const run = random.pick(runs);
      const tasks = oracle.scheduler.tasks({ run }).map(({ task }) => task);
      oracle.retry(run, random.oneIn(2) || tasks.length === 0 ? undefined : random.pick(tasks), nowMs);
      return;
    }
    case 4:
      oracle.pause(random.pick(['pause', 'resume', 'resume']), random.pick([undefined, ...names]), nowMs);
      return;
    case 5:
    case 6:
      oracle.restart();
      return;
    case 7:
      if (random.oneIn(3)) oracle.started(nowMs);
      return;
    default:
      submitSome(scene, nowMs);
  }
}

function randomStep(scene: Scene, nowMs: number): void {
  const { oracle, random } = scene;
  const worker = random.pick(workers);
  const mine = [...oracle.given.values()].filter((each) => each.worker === worker.name);
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
      oracle.beat(worker.name, [...ids, ...(random.oneIn(4) ? ['unknown'] : [])], nowMs);
      return;
    }
    case 4:
      randomIntervention(scene, nowMs);
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
  oracle.pause('resume', undefined, nowMs);
  for (let round = 0; round < 200; round += 1) {
    nowMs += leaseMs;
    for (const project of projects) {
      const worker = { name: `last ${project.digest}`, project };
      const leases = oracle.next(worker, runners, [random.hex(32), random.hex(32)], nowMs);
      for (const { attempt } of leases) oracle.report(attempt, published, nowMs);
    }
    if (oracle.scheduler.tasks().every(({ state }) => state === 'ended')) return;
  }
  expect.unreachable('The runs do not end.');
}

test.each(seeds)(
  'whatever happens, every promise is kept and every task ends (twenty graphs from seed %d)',
  (first) => {
    for (let seed = first * 20; seed < first * 20 + 20; seed += 1) {
      try {
        playedOut(seed);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  },
);

function playedOut(seed: number): void {
  const random = seededRandom(seed);
  const oracle = new Oracle(caps);
  const tasks = randomTasks(random);
  const scene = { oracle, random, tasks: [tasks, deployed(tasks, random)] };
  let nowMs = 1_000_000;
  submitSome(scene, nowMs);
  for (let step = random.below(120); step > 0; step -= 1) {
    if (random.oneIn(3)) nowMs += random.below(leaseMs);
    if (random.oneIn(10)) nowMs -= random.below(5 * leaseMs);
    randomStep(scene, nowMs);
  }
  finish(oracle, random);
  oracle.expectEnded();
  oracle.expectReplay();
}

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
