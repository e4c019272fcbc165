import type { AttemptContext } from '../../src/attempt.ts';
import type { CheckedConfig } from '../../src/config.ts';
import { DaybookError } from '../../src/errors.ts';
import { graphOf } from '../../src/graph.ts';
import { manifestStore } from '../../src/manifest-store.ts';
import { run, submissionOf } from '../../src/run.ts';
import type { Prepared } from '../../src/situation.ts';
import { prepare } from '../../src/situation.ts';
import type { TaskView } from '../../src/scheduler/scheduler.ts';
import { work } from '../../src/worker.ts';
import type { Actor } from './actor.ts';
import type { Central } from './central.ts';
import { distantTarget } from './distant-target.ts';
import type { Ledger } from './ledger.ts';
import type { Outside } from './outside.ts';
import { all, projectConfig, resources, today } from './project.ts';
import { simulatedRunner } from './simulated-runner.ts';
import type { Store } from './store.ts';
import type { World } from './world.ts';

/** All that the processes of one simulation share. */
export interface Scene {
  readonly world: World;
  readonly store: Store;
  readonly outside: Outside;
  readonly ledger: Ledger;
  /** The last day of what is asked for. */
  readonly through: string;
}

/** How a run ended: its outcome, or `unreachable` where the target did not answer while it looked around. */
export type RunEnd = 'ok' | 'blocked' | 'failed' | 'waiting' | 'cancelled' | 'unreachable';

/** One `daybook run`: scheduler, worker and client in one process. */
export async function localRun(
  scene: Scene,
  actor: Actor,
  options: { readonly refetch?: boolean; readonly signal?: AbortSignal } = {},
): Promise<RunEnd> {
  const { world, store, ledger } = scene;
  const config = configOf(scene, actor);
  const used = new Map<string, number>();
  const use = (task: string, sign: 1 | -1): void => {
    const { definition } = graph.get(task)?.task ?? {};
    for (const [name, amount] of Object.entries(definition?.resources ?? {})) {
      used.set(name, (used.get(name) ?? 0) + sign * amount);
      if ((used.get(name) ?? 0) > (resources[name] ?? 0))
        world.violate(`${actor.name} takes ${used.get(name)} of the resource ${name}`);
    }
  };
  const graph = graphOf([all({ through: scene.through })]);
  let count = store.published.length;
  return await unlessUnreachable(world, actor, async () => {
    const { outcome } = await run({
      config,
      roots: [all({ through: scene.through })],
      today,
      workers: 1 + world.random.below(3),
      nowMs: actor.nowMs,
      timer: actor.timer,
      ...options,
      observer: {
        started(lease) {
          ledger.started(lease);
          use(lease.task, 1);
        },
        ended(lease, end) {
          ledger.ended(lease, end);
          use(lease.task, -1);
          count = store.published.length;
        },
      },
    });
    if (outcome === 'ok') ledger.runEndedWell(actor.name, graph, count);
    return outcome;
  });
}

/** What a client does with a central scheduler: plans, submits, waits, looks again. */
export async function centralRun(
  scene: Scene,
  actor: Actor,
  central: Central,
  planned: (prepared: Prepared) => void,
  options: { readonly refetch?: boolean } = {},
): Promise<RunEnd> {
  const { world, store, ledger } = scene;
  const config = configOf(scene, actor);
  const port = central.port(actor);
  return await unlessUnreachable(world, actor, async () => {
    let prepared = await prepare(config, { roots: [all({ through: scene.through })], today, ...options });
    for (;;) {
      planned(prepared);
      await port({ kind: 'submit', tasks: submissionOf(prepared, config) });
      const views = await untilEnded(actor, central);
      if (views !== undefined && !views.every(endedWell)) return endOf(views);
      const count = store.published.length;
      prepared = await prepared.again();
      const stale = [...prepared.plan.values()].some(({ kind }) => kind === 'run');
      if (views === undefined || stale) continue;
      ledger.runEndedWell(actor.name, prepared.graph, count);
      return 'ok';
    }
  });
}

/** A process that takes work from the central scheduler for as long as it lives. */
export async function centralWorker(
  scene: Scene,
  actor: Actor,
  central: Central,
  prepared: () => Prepared | undefined,
): Promise<void> {
  const { world, ledger } = scene;
  const config = configOf(scene, actor);
  const context: AttemptContext = {
    target: config.targets,
    store: manifestStore(config.targets),
    run: actor.name,
    today,
    nowMs: actor.nowMs,
    progress: () => undefined,
  };
  const slots = 1 + world.random.below(2);
  for (;;) {
    const now = prepared();
    if (now === undefined) {
      await actor.sleep(1000);
      continue;
    }
    const nodeOf = (task: string) => now.graph.get(task) ?? never(task);
    await work({
      name: actor.name,
      slots,
      scheduler: central.port(actor),
      runners: config.runners,
      context,
      beatMs: 20_000,
      timer: actor.timer,
      node: nodeOf,
      wish: (task) => (prepared() ?? now).wish(nodeOf(task).task),
      codeDigest: ({ task }) => now.codeDigest(task.definition),
      started: ledger.started,
      ended: ledger.ended,
      signal: new AbortController().signal,
    });
    await actor.sleep(5000);
  }
}

/** The tasks of a scheduler when all have ended; undefined when another scheduler, which knows of none, is in its place. */
async function untilEnded(actor: Actor, central: Central): Promise<readonly TaskView[] | undefined> {
  const first = await central.see(actor);
  for (let seen = first; ; seen = await central.see(actor)) {
    if (seen.scheduler !== first.scheduler || seen.tasks.length === 0) return undefined;
    if (seen.tasks.every(({ state }) => state === 'ended')) return seen.tasks;
    await actor.sleep(5000);
  }
}

function endedWell({ end }: TaskView): boolean {
  return end === undefined || ['published', 'unchanged', 'fresh'].includes(end.kind);
}

function endOf(views: readonly TaskView[]): RunEnd {
  const has = (...kinds: readonly string[]): boolean =>
    views.some(({ end }) => end !== undefined && kinds.includes(end.kind));
  if (has('blocked')) return 'blocked';
  return has('failed', 'timed-out', 'crashed', 'lost') ? 'failed' : 'waiting';
}

function configOf({ world, store, outside }: Scene, actor: Actor): CheckedConfig {
  return projectConfig(distantTarget(world, actor, store.target), simulatedRunner(world, actor, outside));
}

async function unlessUnreachable(world: World, { name }: Actor, act: () => Promise<RunEnd>): Promise<RunEnd> {
  let end: RunEnd;
  try {
    end = await act();
  } catch (error) {
    if (!(error instanceof DaybookError) || error.code !== 'target-failed') throw error;
    end = 'unreachable';
  }
  world.note(name, `ends: ${end}`);
  return end;
}

function never(task: string): never {
  throw new Error(`${task} is no task of the simulation.`);
}
