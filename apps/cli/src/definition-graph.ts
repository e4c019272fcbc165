import type { Day, TaskDefinition, TaskName } from '@daybook/core';
import type { DrawnGraph, DrawnNode } from './render/graph.ts';
import { sampleValues } from './sample-values.ts';

/**
 * The graph of definitions, by task name. The names of a task's inputs do not depend on its parameters, so values that are
 * only a sample show them.
 */
export function definitionGraph(definitions: readonly TaskDefinition[], today: Day): DrawnGraph {
  const nodes = new Map<TaskName, DrawnNode>();
  const open = [...definitions];
  for (let definition = open.shift(); definition !== undefined; definition = open.shift()) {
    if (nodes.has(definition.taskName)) continue;
    const inputs = Object.entries(definition.inputsOf(sampleValues(definition, today)));
    nodes.set(definition.taskName, {
      id: definition.taskName,
      kind: definition.output === undefined ? 'wrapper' : (definition.job?.kind ?? 'external'),
      inputs: inputs.map(([input, given]) => ({
        input,
        list: given.kind === 'list',
        ids: [given.definition.taskName],
      })),
    });
    open.push(...inputs.map(([, given]) => given.definition));
  }
  return {
    nodes: [...nodes.values()],
    roots: rootsOf(
      nodes,
      definitions.map(({ taskName }) => taskName),
    ),
  };
}

/** Of the names asked for, those that no other of them is made from. */
function rootsOf(nodes: ReadonlyMap<TaskName, DrawnNode>, names: readonly TaskName[]): readonly TaskName[] {
  const below = new Set(
    [...nodes.values()].flatMap(({ id, inputs }) =>
      inputs.flatMap(({ ids }) => ids.filter((each) => each !== id)),
    ),
  );
  return names.filter((name) => !below.has(name));
}
