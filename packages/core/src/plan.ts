import type { Day } from './calendar.ts';
import type { PinnedInput, Reason, Wish } from './decide.ts';
import { dayOf, staleReason } from './decide.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { Manifest } from './manifest.ts';
import type { Task, TaskDefinition, TaskId } from './task.ts';
import { tasksOf } from './task.ts';

/** What a plan says of one task. */
export type Planned =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'run'; readonly reason: Reason }
  /** Something above it will run; whether it must is decided when that is known. */
  | { readonly kind: 'may-run'; readonly above: TaskId }
  /** `for` says what is not there yet: a day that is not over, an external task without a version. */
  | { readonly kind: 'waiting'; readonly for: string };

/** What would run and why, in the order of the graph. */
export type Plan = ReadonlyMap<TaskId, Planned>;

/** Everything a plan is made from: the tasks, what is published, and what was asked for. */
export interface Situation {
  readonly graph: Graph;
  readonly today: Day;
  codeDigest(definition: TaskDefinition): string;
  current(task: TaskId): Manifest | undefined;
  wish(task: Task): Wish;
}

/** Says for each task whether it is fresh, will run, may run or waits. Asks nobody: pure. */
export function planOf(situation: Situation): Plan {
  const plan = new Map<TaskId, Planned>();
  for (const node of situation.graph.values()) plan.set(node.task.id, plannedOf(node, situation, plan));
  return plan;
}

/** The inputs of a task as pinned now; undefined when one of them has no version. Wrappers are no inputs of this kind. */
export function pinnedInputs(
  node: GraphNode,
  current: (task: TaskId) => Pick<Manifest, 'version' | 'fingerprint'> | undefined,
): readonly PinnedInput[] | undefined {
  const pinned: PinnedInput[] = [];
  for (const [input, given] of Object.entries(node.inputs)) {
    if (given.definition.output === undefined) continue;
    for (const { id } of tasksOf(given)) {
      const now = current(id);
      if (now === undefined) return undefined;
      pinned.push({ input, task: id, version: now.version, fingerprint: now.fingerprint });
    }
  }
  return pinned;
}

/** A task that another project publishes: an output, and no job. */
export function isExternal(definition: TaskDefinition): boolean {
  return definition.output !== undefined && definition.job === undefined;
}

/** A task with inputs and no output. */
export function isWrapper(definition: TaskDefinition): boolean {
  return definition.output === undefined;
}

function plannedOf(node: GraphNode, situation: Situation, plan: Plan): Planned {
  const { task } = node;
  const current = situation.current(task.id);
  if (isExternal(task.definition)) {
    // What it is made from is its own project's concern.
    return current === undefined
      ? { kind: 'waiting', for: `${task.id}, which another project publishes` }
      : { kind: 'fresh' };
  }
  const waiting = node.inputIds.map((id) => plan.get(id)).find((above) => above?.kind === 'waiting');
  if (waiting !== undefined) return waiting;
  const above = node.inputIds.find((id) => plan.get(id)?.kind !== 'fresh');
  const uncertain: Planned = above === undefined ? { kind: 'fresh' } : { kind: 'may-run', above };
  if (isWrapper(task.definition)) return uncertain;
  const day = dayOf(task);
  if (current === undefined && day !== undefined && day >= situation.today) {
    return { kind: 'waiting', for: `${day} to be over (today is ${situation.today})` };
  }
  const inputs = pinnedInputs(node, (id) => situation.current(id));
  if (inputs === undefined)
    return current === undefined ? { kind: 'run', reason: { kind: 'missing' } } : uncertain;
  const codeDigest = situation.codeDigest(task.definition);
  const reason = staleReason({
    task,
    codeDigest,
    current,
    inputs,
    today: situation.today,
    wish: situation.wish(task),
  });
  return reason === undefined ? uncertain : { kind: 'run', reason };
}
