import type { Task, TaskDefinition } from '@daybook/core';
import { DaybookError, definitionOf, graphOf } from '@daybook/core';
import { definitionGraph } from '../definition-graph.ts';
import type { DrawnGraph } from '../render/graph.ts';
import { graphDocument, graphDot, graphMermaid, graphText } from '../render/graph.ts';
import type { Workplace } from '../workplace.ts';

const formats = ['text', 'dot', 'mermaid', 'json'] as const;

/** `daybook graph`: which task is made from which. */
export async function graphCommand(workplace: Workplace): Promise<number> {
  const { invocation, out, outPaint } = workplace;
  const format = formatOf(invocation.options.format, workplace.json);
  const graph = chosen(workplace);
  const text = {
    text: () => graphText(graph, outPaint),
    dot: () => graphDot(graph),
    mermaid: () => graphMermaid(graph),
    json: () => `${JSON.stringify(graphDocument(graph))}\n`,
  }[format];
  await out.write(text());
  return 0;
}

function formatOf(given: string | undefined, json: boolean): (typeof formats)[number] {
  const format = formats.find((each) => each === (given ?? (json ? 'json' : 'text')));
  if (format === undefined)
    throw new DaybookError('usage', `--format ${given} does not exist: give text, dot, mermaid or json.`);
  if (json && format !== 'json')
    throw new DaybookError('usage', `--json prints one JSON document: leave out --format ${format}.`);
  return format;
}

function chosen(workplace: Workplace): DrawnGraph {
  const { invocation, config, today } = workplace;
  const { tasks, flags } = invocation;
  const withValues = Object.keys(flags).length > 0 || tasks.some((task) => task.includes('/'));
  if (!withValues) {
    const roots =
      tasks.length === 0 ? [...config.definitions.values()] : tasks.map((name) => definitionOf(config, name));
    return definitionGraph(roots, today);
  }
  if (tasks.length !== 1)
    throw new DaybookError('usage', 'Parameters belong to one task: daybook graph TASK --date D.');
  return taskGraph(workplace.tasks());
}

function taskGraph(roots: readonly Task[]): DrawnGraph {
  const nodes = [...graphOf(roots).values()].map(({ task, inputs }) => ({
    id: task.id,
    kind: kindOf(task.definition),
    inputs: Object.entries(inputs).map(([input, given]) => ({
      input,
      list: given.kind === 'list',
      ids: given.kind === 'list' ? given.tasks.map(({ id }) => id) : [given.id],
    })),
  }));
  return { nodes, roots: roots.map(({ id }) => id) };
}

/** What kind of task a definition makes: its job's kind, or wrapper or external. */
export function kindOf(definition: TaskDefinition): string {
  return definition.output === undefined ? 'wrapper' : (definition.job?.kind ?? 'external');
}
