import { subsetIntervals } from '@daybook/core';

/** A node of DuckDB's syntax tree, as `json_serialize_sql` gives it. */
export interface TreeNode {
  readonly [key: string]: unknown;
}

/** Reads a tree. The parser gives what is nowhere in the text a place that is no exact number; it then has none. */
export function readTree(json: string): TreeNode {
  return JSON.parse(json, (key, value: unknown) =>
    key === 'query_location' && !Number.isSafeInteger(value) ? undefined : value,
  ) as TreeNode;
}

/** The place of a node in bytes, or of the first within it that has one. */
export function firstPlace(node: TreeNode | undefined): number | undefined {
  if (node === undefined) return undefined;
  if (typeof node['query_location'] === 'number') return node['query_location'];
  for (const inner of Object.values(node).flat()) {
    const place = isNode(inner) ? firstPlace(inner) : undefined;
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The node under `key`, where there is one. */
export function child(node: TreeNode, key: string): TreeNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The nodes of the list under `key`. */
export function children(node: TreeNode, key: string): readonly TreeNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Those of some nodes that are there. */
export function those(...nodes: readonly (TreeNode | undefined)[]): readonly TreeNode[] {
  return nodes.filter((node) => node !== undefined);
}

/** The text under `key`; empty where there is none. */
export function word(node: TreeNode, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** The query of a subquery, a common table expression or a table in brackets. */
export function queryOf(node: TreeNode, key: string): TreeNode | undefined {
  const inner = child(node, key);
  return inner === undefined ? undefined : child(inner, 'node');
}

/** Whether a node is an expression, and not a query, a table or a part of one. */
export function isExpression(node: TreeNode): boolean {
  return typeof node['class'] === 'string';
}

/** The operands of an expression, in order. Of a subquery only what stands before it, as in `a IN (SELECT …)`. */
export function operandsOf(expression: TreeNode): readonly TreeNode[] {
  if (isImpliedWhole(expression)) return [];
  const single = ['left', 'right', 'child', 'input', 'lower', 'upper', 'filter', 'start_expr', 'end_expr'];
  const cases = children(expression, 'case_checks').flatMap((check) =>
    ['when_expr', 'then_expr'].flatMap((key) => those(child(check, key))),
  );
  const orders = children(expression, 'orders').flatMap((order) => those(child(order, 'expression')));
  return [
    ...children(expression, 'children'),
    ...single.flatMap((key) => those(child(expression, key))),
    ...cases,
    ...those(child(expression, 'else_expr')),
    ...children(expression, 'partitions'),
    ...orders,
  ].filter(isExpression);
}

/** An expression and all that it is made of, operands first; subqueries are left closed. */
export function* expressionsIn(expression: TreeNode): Iterable<TreeNode> {
  for (const operand of operandsOf(expression)) yield* expressionsIn(operand);
  yield expression;
}

/** The literal that an expression is. */
export function literalOf(
  expression: TreeNode,
): { readonly type: string; readonly value: unknown } | undefined {
  if (expression['class'] !== 'CONSTANT') return undefined;
  const value = child(expression, 'value') ?? {};
  return { type: word(child(value, 'type') ?? {}, 'id'), value: value['value'] };
}

/**
 * Whether an expression was put in by the parser, as for `INTERVAL '1' DAY`, `DATE '…'` and `TRUE`: it has no place in the
 * text.
 */
export function isImplied(expression: TreeNode): boolean {
  return expression['query_location'] === undefined;
}

/** `DATE '…'`, `TRUE` and `INTERVAL '1' DAY`, which the parser makes casts and functions of. */
function isImpliedWhole(expression: TreeNode): boolean {
  if (expression['class'] === 'CAST')
    return isImplied(expression) && literalOf(child(expression, 'child') ?? {}) !== undefined;
  const [amount] = children(expression, 'children');
  const isInterval = Object.hasOwn(subsetIntervals, word(expression, 'function_name'));
  return (
    isInterval && amount?.['class'] === 'CAST' && literalOf(intervalAmount(expression) ?? {}) !== undefined
  );
}

/** The text of an `INTERVAL '1' DAY`, which the parser makes a function of its unit. */
export function intervalAmount(expression: TreeNode): TreeNode | undefined {
  let inner: TreeNode | undefined = children(expression, 'children')[0];
  for (let depth = 0; depth < 3 && inner !== undefined; depth += 1) {
    const isCast = inner['class'] === 'CAST';
    if (!isCast && word(inner, 'function_name') !== 'trunc') break;
    inner = isCast ? child(inner, 'child') : children(inner, 'children')[0];
  }
  return inner;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
