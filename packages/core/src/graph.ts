import { DaybookError } from './errors.ts';
import type { Inputs, Task, TaskDefinition, TaskId, TaskName } from './task.ts';
import { taskOf, tasksOf } from './task.ts';

/** One task in a graph with its inputs resolved. */
export interface GraphNode {
  readonly task: Task;
  readonly inputs: Inputs;
  /** The ids of all input tasks, each once, in the order declared. */
  readonly inputIds: readonly TaskId[];
}

/** All tasks that some tasks need, themselves included; every task comes after its inputs. */
export type Graph = ReadonlyMap<TaskId, GraphNode>;

/** Walks from `roots` to everything that they need. A task that needs itself is an error that names the circle. */
export function graphOf(roots: readonly Task[]): Graph {
  const graph = new Map<TaskId, GraphNode>();
  const open = new Map<TaskId, Visit>();
  const visits: Visit[] = [];
  const enter = (task: Task): void => {
    if (graph.has(task.id)) return;
    if (open.has(task.id)) throw circle(task.id, visits);
    const visit = visitOf(task);
    open.set(task.id, visit);
    visits.push(visit);
  };
  for (const root of roots) {
    enter(root);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const below = visit.below[visit.next];
      visit.next += 1;
      if (below !== undefined) {
        enter(below);
        continue;
      }
      visits.pop();
      open.delete(visit.node.task.id);
      graph.set(visit.node.task.id, visit.node);
    }
  }
  return graph;
}

/** Finds tasks by their ids, each with its inputs, as a worker does that has no graph. Those found are kept. */
export function taskNodes(definitions: ReadonlyMap<TaskName, TaskDefinition>): (id: TaskId) => GraphNode {
  const known = new Map<TaskId, GraphNode>();
  return (id) => {
    const node = known.get(id) ?? visitOf(taskOf(definitions, id)).node;
    known.set(id, node);
    return node;
  };
}

interface Visit {
  readonly node: GraphNode;
  readonly below: readonly Task[];
  next: number;
}

function visitOf(task: Task): Visit {
  const inputs = task.definition.inputsOf(task.values);
  const below = new Map<TaskId, Task>();
  for (const input of Object.values(inputs)) for (const each of tasksOf(input)) below.set(each.id, each);
  return { node: { task, inputs, inputIds: [...below.keys()] }, below: [...below.values()], next: 0 };
}

function circle(id: TaskId, visits: readonly Visit[]): DaybookError {
  const ids = visits.map((visit) => visit.node.task.id);
  const path = [...ids.slice(ids.indexOf(id)), id].join(' needs ');
  return new DaybookError(
    'task-cycle',
    `Tasks need each other in a circle: ${path}. Remove one of these inputs.`,
  );
}
