import { subsetFunctions } from '@daybook/core';
import { topExpressions } from './queries.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, expressionsIn, literalOf, operandsOf, word } from './syntax-tree.ts';

/** Where the type of an expression can be asked for: behind the grouping where it has an aggregate. */
type Clause = 'where_clause' | 'having' | 'qualify';

function clauseOf(expression: TreeNode): Clause {
  let clause: Clause = 'where_clause';
  for (const each of expressionsIn(expression)) {
    if (each['class'] === 'WINDOW') return 'qualify';
    const name = word(each, 'function_name').toLowerCase();
    if (each['class'] === 'FUNCTION' && subsetFunctions[name]?.kind === 'aggregate') clause = 'having';
  }
  return clause;
}

/**
 * The statement again, with conditions that ask for the types of expressions and are true whatever those are. DuckDB puts
 * the name of a type in place of `typeof(…)` when it binds, so that its plan has them: `'@7:', 'DECIMAL(18,2)'`.
 */
export function probedTree(root: TreeNode, numbers: ReadonlyMap<TreeNode, number>): TreeNode {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    const node = value as TreeNode;
    const copied = Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, copy(inner)]));
    return word(node, 'type') === 'SELECT_NODE' ? probedSelect(node, copied, numbers, copy) : copied;
  };
  return copy(root) as TreeNode;
}

function probedSelect(
  select: TreeNode,
  copied: TreeNode,
  numbers: ReadonlyMap<TreeNode, number>,
  copy: (value: unknown) => unknown,
): TreeNode {
  const asked: Record<Clause, TreeNode[]> = { where_clause: [], having: [], qualify: [] };
  for (const expression of topExpressions(select).flatMap((each) => [...expressionsIn(each)])) {
    const number = numbers.get(expression);
    if (number === undefined) continue;
    const { alias: _, ...plain } = copy(expression) as TreeNode;
    asked[clauseOf(expression)].push(text(`@${number}:`), call('typeof', [plain]));
  }
  const result: Record<string, unknown> = { ...copied };
  for (const [clause, parts] of Object.entries(asked)) {
    if (parts.length === 0) continue;
    const condition: TreeNode = {
      class: 'COMPARISON',
      type: 'COMPARE_NOTEQUAL',
      left: call('concat', parts),
      right: text(''),
    };
    const before = child(copied, clause);
    result[clause] =
      before === undefined
        ? condition
        : { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', children: [before, condition] };
  }
  return result;
}

/** A literal text as a node. */
export function text(value: string): TreeNode {
  return {
    class: 'CONSTANT',
    type: 'VALUE_CONSTANT',
    value: { type: { id: 'VARCHAR' }, is_null: false, value },
  };
}

/** A call of a function as a node. */
export function call(name: string, given: readonly TreeNode[]): TreeNode {
  return {
    class: 'FUNCTION',
    type: 'FUNCTION',
    function_name: name,
    children: given,
    order_bys: { type: 'ORDER_MODIFIER' },
  };
}

/** Reads the types out of a plan, by number. */
export function typesInPlan(plan: string): ReadonlyMap<number, string> {
  return new Map(
    [...plan.matchAll(/'@(\d+):', '((?:[^']|'')*)'/g)].map((match) => [Number(match[1]), match[2] ?? '']),
  );
}

/** Whether the type of an expression is asked for: what the parser put in is known, and stars have none. */
export function isProbed(expression: TreeNode): boolean {
  return (
    literalOf(expression) === undefined &&
    expression['class'] !== 'STAR' &&
    !operandsOf(expression).some((each) => each['class'] === 'STAR')
  );
}
