import type { Day } from './calendar.ts';
import { codeDigests } from './code-digest.ts';
import type { CheckedConfig } from './config.ts';
import type { Wish } from './decide.ts';
import type { Graph } from './graph.ts';
import { graphOf } from './graph.ts';
import type { ManifestStore } from './manifest-store.ts';
import { manifestStore } from './manifest-store.ts';
import type { Plan, Situation } from './plan.ts';
import { isWrapper, planOf } from './plan.ts';
import type { Task, TaskId } from './task.ts';
import { tasksOf } from './task.ts';

/** What was asked for: tasks, and wishes for those named. */
export interface Asked {
  readonly roots: readonly Task[];
  readonly today: Day;
  readonly force?: boolean;
  readonly refetch?: boolean;
}

/** The tasks asked for, as they are in the target now, and the plan that follows. */
export interface Prepared extends Situation {
  readonly roots: readonly Task[];
  readonly store: ManifestStore;
  readonly plan: Plan;
  /** The same looked at again: versions listed anew, wishes counted from the versions seen first. */
  again(): Promise<Prepared>;
}

/** Builds the graph of what was asked for, lists the versions there are, and plans. */
export async function prepare(config: CheckedConfig, asked: Asked): Promise<Prepared> {
  const graph = graphOf(asked.roots);
  const store = manifestStore(config.targets);
  const codeDigest = codeDigests();
  const look = async (seen: ReadonlyMap<TaskId, number> | undefined): Promise<Prepared> => {
    const names = new Set(
      [...graph.values()].flatMap(({ task }) => (isWrapper(task.definition) ? [] : [task.name])),
    );
    const manifests = await store.currentOf(names, (task) => graph.has(task));
    const first = seen ?? new Map([...manifests].map(([task, { version }]) => [task, version]));
    const situation: Situation = {
      graph,
      today: asked.today,
      codeDigest,
      current: (task) => manifests.get(task),
      wish: wishes(graph, asked, first),
    };
    return { ...situation, roots: asked.roots, store, plan: planOf(situation), again: () => look(first) };
  };
  return await look(undefined);
}

function wishes(graph: Graph, asked: Asked, seen: ReadonlyMap<TaskId, number>): (task: Task) => Wish {
  const forced = asked.force === true ? namedTasks(graph, asked.roots) : undefined;
  const refetched = asked.refetch === true ? refetchedTasks(graph, asked.roots) : undefined;
  return ({ id }) => ({
    seen: seen.get(id) ?? 0,
    ...(forced?.has(id) === true ? { forced: true } : {}),
    ...(refetched?.has(id) === true ? { refetch: true } : {}),
  });
}

/** The tasks named; a wrapper stands for its inputs. */
function namedTasks(graph: Graph, roots: readonly Task[]): ReadonlySet<TaskId> {
  const named = new Set<TaskId>();
  const open = [...roots];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    if (named.has(task.id)) continue;
    named.add(task.id);
    if (isWrapper(task.definition))
      open.push(...Object.values(graph.get(task.id)?.inputs ?? {}).flatMap(tasksOf));
  }
  return named;
}

/** The load tasks among those named; of a task that is none, those that it is made from. */
function refetchedTasks(graph: Graph, roots: readonly Task[]): ReadonlySet<TaskId> {
  if (roots.every(isLoad)) return new Set(roots.map((task) => task.id));
  return new Set([...graph.values()].flatMap(({ task }) => (isLoad(task) ? [task.id] : [])));
}

function isLoad(task: Task): boolean {
  return task.definition.job?.kind === 'load';
}
