import { codeDigestOf } from '../../src/code-digest.ts';
import type { CheckedConfig } from '../../src/config.ts';
import { DaybookError } from '../../src/errors.ts';
import { graphOf, taskNodes } from '../../src/graph.ts';
import { manifestStore } from '../../src/manifest-store.ts';
import { run, submissionOf } from '../../src/run.ts';
import type { ProjectRef } from '../../src/scheduler/protocol.ts';
import type { RunOutcome, RunView } from '../../src/scheduler/view.ts';
import { prepare } from '../../src/situation.ts';
import type { Task } from '../../src/task.ts';
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
export type RunEnd = RunOutcome | 'unreachable';

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

/** Which project an actor belongs to: a deploy replaces the one by the other. */
export type Version = 'old' | 'new';

function projectOf({ store }: Scene, digest: Version): ProjectRef {
  return { target: store.target.name, digest };
}

/** What a client does with a central scheduler: plans, submits, waits, looks again, all in one run. */
export async function centralRun(
  scene: Scene,
  actor: Actor,
  central: Central,
  version: Version,
  options: { readonly refetch?: boolean; readonly roots: readonly Task[] },
): Promise<RunEnd> {
  const { world, store, ledger } = scene;
  const config = configOf(scene, actor);
  return await unlessUnreachable(world, actor, async () => {
    let prepared = await prepare(config, { today, ...options });
    for (;;) {
      const tasks = submissionOf(prepared, config);
      const submission = { run: actor.name, project: projectOf(scene, version), today, tasks };
      await central.ask(actor, { kind: 'submit', ...submission });
      const seen = await untilEnded(actor, central);
      const outcome = seen?.outcome;
      if (outcome !== undefined && outcome !== 'ok') return outcome;
      const count = store.published.length;
      prepared = await prepared.again();
      const stale = [...prepared.plan.values()].some(({ kind }) => kind === 'run');
      if (seen === undefined || stale) continue;
      ledger.runEndedWell(actor.name, prepared.graph, count);
      return 'ok';
    }
  });
}

/** A process that takes work from the central scheduler until it is told to go. */
export async function centralWorker(
  scene: Scene,
  actor: Actor,
  central: Central,
  version: Version,
  told: { readonly drain: AbortSignal; readonly signal: AbortSignal },
): Promise<void> {
  const { world, ledger } = scene;
  const config = configOf(scene, actor);
  const runners = config.runners.filter(() => world.random.oneIn(2));
  await work({
    name: actor.name,
    slots: 1 + world.random.below(2),
    scheduler: central.port(actor),
    project: projectOf(scene, version),
    // The first worker of each project has all.
    runners: runners.length === 0 || actor.name.endsWith('-all') ? config.runners : runners,
    context: {
      target: config.targets,
      store: manifestStore(config.targets),
      nowMs: actor.nowMs,
      progress: () => undefined,
    },
    beatMs: 20_000,
    timer: actor.timer,
    random: world.random.fraction,
    node: taskNodes(config.definitions),
    codeDigest: ({ task }) => codeDigestOf(task.definition),
    started(lease) {
      if (told.drain.aborted || told.signal.aborted)
        world.violate(`${actor.name} was told to go, and begins ${lease.task}`);
      ledger.started(lease);
    },
    ended: ledger.ended,
    abandoned: ({ attempt, task }) => world.note(actor.name, `gives up ${attempt} at ${task}`),
    stays: true,
    ...told,
  });
}

/** A run when it has ended; undefined when another scheduler, which does not know it, is in its place. */
async function untilEnded(actor: Actor, central: Central): Promise<RunView | undefined> {
  for (;;) {
    const seen = await central.see(actor, actor.name);
    if (seen === undefined || seen.endedMs !== undefined) return seen;
    await actor.sleep(5000);
  }
}

function configOf({ world, store, outside }: Scene, actor: Actor): CheckedConfig {
  return projectConfig(distantTarget(world, actor, store.target), (name) =>
    simulatedRunner(world, actor, outside, name),
  );
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
