import { addDays, daysBetween } from '../../src/calendar.ts';
import { graphOf } from '../../src/graph.ts';
import type { Actor } from './actor.ts';
import { newActor } from './actor.ts';
import { newCentral } from './central.ts';
import { newCrew } from './crew.ts';
import { intervene } from './intervene.ts';
import { checkConverged, checkStore } from './check-store.ts';
import { newLedger } from './ledger.ts';
import { newOutside } from './outside.ts';
import type { RunEnd, Scene } from './processes.ts';
import { centralRun, localRun } from './processes.ts';
import type { Task } from '../../src/task.ts';
import { all, firstDay, report, statistics } from './project.ts';
import { newStore } from './store.ts';
import { newWorld, startMs } from './world.ts';

/** What became of one seed. */
export interface Simulation {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly history: readonly string[];
  readonly attempts: number;
  readonly versions: number;
}

const hourMs = 3_600_000;
/** Everything that was begun with faults, and each run after that, has come to its end in this time. */
const calmMs = 8 * hourMs;

/**
 * One seed: some time with faults, then none until all that goes on has ended, then a run that fetches everything again and
 * must end well with what is outside, then one that must find nothing to do.
 */
export async function simulate(seed: number): Promise<Simulation> {
  const world = newWorld(seed);
  const through = addDays(firstDay, world.random.below(3));
  const graph = graphOf([all({ through })]);
  const loads = [...graph.values()].filter(({ task }) => task.definition.job?.kind === 'load');
  const store = newStore(world);
  const scene: Scene = {
    world,
    store,
    outside: newOutside(loads.map(({ task }) => task.id)),
    ledger: newLedger(world, store),
    through,
  };
  const failed = (error: unknown): void =>
    world.violate(error instanceof Error ? String(error.stack) : String(error));
  const faultyMs = world.random.pick([120_000, 600_000, 1_800_000]);
  changeOutside(scene, startMs + faultyMs);
  const ways = waysOf(scene, failed);
  const runs = ways.map((way) => way.faulty(startMs + faultyMs));
  await world.time.run(() => false, startMs + faultyMs);
  world.becomeCalm();
  scene.outside.heal();
  const untilMs = (): number => world.time.nowMs() + calmMs;
  if (await world.time.run(() => runs.flat().every((run) => run.over()), untilMs())) {
    // A request that is late may still come.
    await world.time.run(() => false, world.time.nowMs() + 600_000);
    for (const [refetch, what] of [
      [true, 'a run without faults'],
      [false, 'a run where nothing changed'],
    ] as const) {
      const before = store.published.length;
      const last = world.random.pick(ways).calm(refetch);
      await world.time.run(() => last.over(), untilMs());
      if (last.end() !== 'ok') world.violate(`${what} ends: ${last.end() ?? 'never'}`);
      const made = store.published.slice(before).filter(({ source }) => source === undefined);
      if (!refetch && made.length > 0) world.violate(`${what} makes ${made.map(({ task }) => task).join()}`);
    }
    await checkConverged(world, store, scene.outside, through);
  } else {
    world.violate('a run that was begun with faults never ends');
  }
  await checkStore(world, store, scene.outside);
  scene.ledger.check();
  const { history, violations } = world;
  return { seed, violations, history, attempts: scene.ledger.begun(), versions: store.published.length };
}

/** A run that was begun: over when it has ended or its process has. */
interface Begun {
  over(): boolean;
  end(): RunEnd | undefined;
}

/** One way in which runs are done: how they begin while there are faults, and when there are none. */
interface Way {
  faulty(untilMs: number): readonly Begun[];
  calm(refetch: boolean): Begun;
}

type Failed = (error: unknown) => void;

/** A central scheduler, runs with a scheduler each, or both on one target. */
function waysOf(scene: Scene, failed: Failed): readonly Way[] {
  switch (scene.world.random.below(3)) {
    case 0:
      return [centralScene(scene, failed)];
    case 1:
      return [localScene(scene, failed)];
    default:
      return [centralScene(scene, failed), localScene(scene, failed)];
  }
}

/** Runs with a scheduler each, on one target. */
function localScene(scene: Scene, failed: Failed): Way {
  const { world } = scene;
  let count = 0;
  const begin = (refetch: boolean): Begun => {
    const actor = newActor(world, `run-${(count += 1)}`);
    const interrupt = new AbortController();
    if (!world.calm() && world.random.oneIn(6))
      actor.timer(world.random.below(200_000), () => {
        world.note(actor.name, 'is interrupted');
        interrupt.abort();
      });
    world.note(actor.name, `begins${refetch ? ' and fetches everything again' : ''}`);
    return begun(actor, localRun(scene, actor, { refetch, signal: interrupt.signal }), failed);
  };
  return { faulty: (untilMs) => manyRuns(scene, untilMs, 3, begin), calm: begin };
}

/** One scheduler behind a network, with several clients and workers, a deploy in the middle and people who intervene. */
function centralScene(scene: Scene, failed: Failed): Way {
  const { world } = scene;
  const central = newCentral(world);
  const crew = newCrew(scene, central, failed);
  let count = 0;
  const begin = (refetch: boolean): Begun => {
    const actor = newActor(world, `client-${(count += 1)}`);
    const version = world.calm() ? 'new' : crew.version();
    world.note(actor.name, `begins as ${version}${refetch ? ' and fetches everything again' : ''}`);
    const roots = world.calm() ? [all({ through: scene.through })] : someTasks(scene);
    return begun(actor, centralRun(scene, actor, central, version, { refetch, roots }), failed);
  };
  return {
    faulty(untilMs) {
      crew.deploy(untilMs);
      intervene(scene, central, untilMs);
      return manyRuns(scene, untilMs, 3, begin);
    },
    calm: begin,
  };
}

/** What somebody asks for: everything, or the reports of a day, or of one alone its postings and what they are made into. */
function someTasks({ world, through }: Scene): readonly Task[] {
  const date = world.random.pick(daysBetween(firstDay, through));
  return [world.random.pick([all({ through }), report({ date }), statistics({ date })])];
}

/** Begins runs again and again, at most `most` at once, as people and cron do. */
function manyRuns(
  { world }: Scene,
  untilMs: number,
  most: number,
  begin: (refetch: boolean) => Begun,
): readonly Begun[] {
  const runs: Begun[] = [];
  const next = (): void => {
    if (world.time.nowMs() >= untilMs) return;
    if (runs.filter((run) => !run.over()).length < most) runs.push(begin(world.random.oneIn(2)));
    world.time.after(world.random.pick([500, 5000, 20_000, 60_000]), next);
  };
  next();
  return runs;
}

function begun(actor: Actor, run: Promise<RunEnd>, failed: Failed): Begun {
  let end: RunEnd | undefined;
  let over = false;
  run
    .then((value) => (end = value))
    .catch(failed)
    .finally(() => (over = true));
  return { over: () => over || !actor.alive(), end: () => end };
}

/** What is outside changes at any time while there are faults. */
function changeOutside({ world, outside }: Scene, untilMs: number): void {
  const change = (): void => {
    if (world.time.nowMs() >= untilMs) return;
    world.note('outside', outside.change(world.random));
    world.time.after(world.random.pick([1000, 5000, 20_000, 60_000]), change);
  };
  change();
}
