import type { Paint } from '../terminal/paint.ts';
import { byName, membersText } from './ranges.ts';

/** One input of a node: a task, or a list of tasks of one name. */
export interface DrawnInput {
  readonly input: string;
  readonly list: boolean;
  readonly ids: readonly string[];
}

/** A task, or all tasks of one name. */
export interface DrawnNode {
  readonly id: string;
  readonly kind: string;
  readonly inputs: readonly DrawnInput[];
}

export interface DrawnGraph {
  readonly nodes: readonly DrawnNode[];
  /** What was asked for and is made into nothing else that was. */
  readonly roots: readonly string[];
}

/** An indented tree. Inputs stand below what is made from them; what was drawn above is only named again. */
export function graphText({ nodes, roots }: DrawnGraph, paint: Paint): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (
    id: string,
    label: string,
    before: string,
    behind: string,
    above: readonly string[],
  ): void => {
    const node = byId.get(id);
    const known = drawn.has(id) && (node?.inputs.length ?? 0) > 0;
    const again = above.includes(id) ? ' (earlier ones of itself)' : known ? ' (drawn above)' : '';
    lines.push(`${before}${label}${paint.dim(again)}`);
    if (node === undefined || known || above.includes(id)) return;
    drawn.add(id);
    const branches = node.inputs.filter(({ list, ids }) => list || ids.length > 0);
    for (const [index, given] of branches.entries()) {
      const last = index === branches.length - 1;
      const [tee, pipe] = last ? ['└─ ', '   '] : ['├─ ', '│  '];
      const [only] = given.ids;
      const text = labelOf(given, byId, paint);
      if (only === undefined || given.ids.length > 1) lines.push(`${behind}${paint.dim(tee)}${text}`);
      else draw(only, text, `${behind}${paint.dim(tee)}`, `${behind}${paint.dim(pipe)}`, [...above, id]);
    }
  };
  for (const id of roots) draw(id, nodeLabel(id, byId, paint), '', '', []);
  return `${lines.join('\n')}\n`;
}

/** The graph in the language of Graphviz. Arrows go from an input to what is made from it; lists are dashed. */
export function graphDot({ nodes }: DrawnGraph): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', String.raw`\"`)}"`;
  const lines = nodes.map(({ id, kind }) => `  ${quoted(id)} [label=${quoted(`${id}\\n${kind}`)}];`);
  const arrows = edgesOf(nodes).map(
    ({ from, to, list }) => `  ${quoted(from)} -> ${quoted(to)}${list ? ' [style=dashed]' : ''};`,
  );
  return `digraph daybook {\n  rankdir=LR;\n  node [shape=box];\n${[...lines, ...arrows].join('\n')}\n}\n`;
}

/** The graph in the language of Mermaid, with the same arrows. */
export function graphMermaid({ nodes }: DrawnGraph): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = nodes.map(({ id }) => `  ${numbers.get(id)}["${id}"]`);
  const arrows = edgesOf(nodes).map(
    ({ from, to, list }) => `  ${numbers.get(from)} ${list ? '-.->' : '-->'} ${numbers.get(to)}`,
  );
  return `graph LR\n${[...lines, ...arrows].join('\n')}\n`;
}

/** The graph as a document. */
export function graphDocument({ nodes }: DrawnGraph): unknown {
  return {
    tasks: nodes.map(({ id, kind, inputs }) => ({
      task: id,
      kind,
      inputs: inputs.map(({ input, list, ids }) => ({ input, list, tasks: ids })),
    })),
  };
}

function edgesOf(
  nodes: readonly DrawnNode[],
): readonly { readonly from: string; readonly to: string; readonly list: boolean }[] {
  const known = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap(({ id, inputs }) =>
    inputs.flatMap(({ ids, list }) =>
      ids.filter((from) => known.has(from)).map((from) => ({ from, to: id, list })),
    ),
  );
}

function nodeLabel(id: string, byId: ReadonlyMap<string, DrawnNode>, paint: Paint): string {
  const kind = byId.get(id)?.kind;
  return `${paint.bold(id)}${kind === undefined ? '' : ` ${paint.dim(kind)}`}`;
}

function labelOf(
  { input, list, ids }: DrawnInput,
  byId: ReadonlyMap<string, DrawnNode>,
  paint: Paint,
): string {
  const [only] = ids;
  if (only !== undefined && ids.length === 1)
    return `${nodeLabel(only, byId, paint)} ${paint.dim(list ? `[list ${input}]` : '')}`.trimEnd();
  if (only === undefined) return `${paint.dim(`[list ${input}] empty`)}`;
  const names = [...byName(ids)].map(([name, members]) => `${paint.bold(name)} ${membersText(members)}`);
  return `${names.join('; ')} ${paint.dim(`[list ${input}]`)}`;
}
