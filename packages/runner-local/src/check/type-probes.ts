import { subsetFunctions } from '@daybook/core';
import type { TreeNode } from './syntax-tree.ts';
import {
  child,
  children,
  expressionsIn,
  literalOf,
  operandsOf,
  queryOf,
  those,
  word,
} from './syntax-tree.ts';

/** One SELECT of a statement, with the expressions in it whose types are wanted. */
export interface ProbedSelect {
  readonly select: TreeNode;
  readonly expressions: readonly TreeNode[];
}

/** Every SELECT within a query, those in subqueries, tables and WITH too. */
export function selectsIn(query: TreeNode): readonly ProbedSelect[] {
  return queriesIn(query)
    .flatMap((each) => (word(each, 'type') === 'SELECT_NODE' ? [each] : sidesBelow(each)))
    .map((select) => ({
      select,
      expressions: topExpressions(select).flatMap((each) => [...expressionsIn(each)]),
    }));
}

/** Every query within a query, itself included; the sides of a UNION are one query together. */
export function queriesIn(query: TreeNode): readonly TreeNode[] {
  const sides = word(query, 'type') === 'SELECT_NODE' ? [query] : sidesBelow(query);
  const withs = [query, ...setsIn(query)].flatMap(commonTables);
  return [query, ...[...withs, ...sides.flatMap(innerQueries)].flatMap(queriesIn)];
}

/** The SELECTs of a UNION, EXCEPT or INTERSECT, however deep. */
function sidesBelow(query: TreeNode): readonly TreeNode[] {
  return setsIn(query).filter((each) => word(each, 'type') === 'SELECT_NODE');
}

function setsIn(query: TreeNode): readonly TreeNode[] {
  if (word(query, 'type') === 'SELECT_NODE') return [];
  return ['left', 'right'].flatMap((key) => {
    const side = child(query, key);
    return side === undefined ? [] : [side, ...setsIn(side)];
  });
}

function commonTables(query: TreeNode): readonly TreeNode[] {
  return children(child(query, 'cte_map') ?? {}, 'map').flatMap((entry) =>
    those(queryOf(child(entry, 'value') ?? {}, 'query')),
  );
}

/** The select list, the conditions and the groups of a SELECT, and the conditions of its joins. */
export function topExpressions(select: TreeNode): readonly TreeNode[] {
  return [
    ...children(select, 'select_list'),
    ...joinConditions(child(select, 'from_table')),
    ...['where_clause', 'having', 'qualify'].flatMap((key) => those(child(select, key))),
    ...children(select, 'group_expressions'),
  ];
}

/** The conditions of the joins in a FROM. */
export function joinConditions(table: TreeNode | undefined): readonly TreeNode[] {
  if (table === undefined || word(table, 'type') !== 'JOIN') return [];
  return [
    ...['left', 'right'].flatMap((side) => joinConditions(child(table, side))),
    ...those(child(table, 'condition')),
  ];
}

/** The queries in the tables and the expressions of a SELECT. */
function innerQueries(select: TreeNode): readonly TreeNode[] {
  const inTables = (table: TreeNode | undefined): readonly TreeNode[] => {
    if (table === undefined) return [];
    const own = queryOf(table, 'subquery');
    return [
      ...(own === undefined ? [] : [own]),
      ...['left', 'right'].flatMap((side) => inTables(child(table, side))),
    ];
  };
  const expressions = topExpressions(select).flatMap((each) => [...expressionsIn(each)]);
  return [
    ...inTables(child(select, 'from_table')),
    ...expressions.flatMap((each) => those(queryOf(each, 'subquery'))),
  ];
}

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

function text(value: string): TreeNode {
  return {
    class: 'CONSTANT',
    type: 'VALUE_CONSTANT',
    value: { type: { id: 'VARCHAR' }, is_null: false, value },
  };
}

function call(name: string, given: readonly TreeNode[]): TreeNode {
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

/** Names of the select list that its own WHERE uses, where DuckDB knows them and Spark does not, with the places of use. */
export function aliasesInWhere(select: TreeNode): ReadonlyMap<string, TreeNode> {
  const named = children(select, 'select_list')
    .filter((item) => word(item, 'alias') !== '')
    .map((item) => word(item, 'alias').toLowerCase());
  const where = child(select, 'where_clause');
  const used = where === undefined ? [] : [...expressionsIn(where)];
  return new Map(
    used.flatMap((each) => {
      const names = (each['column_names'] ?? []) as readonly string[];
      const [name = ''] = names;
      return names.length === 1 && named.includes(name.toLowerCase()) ? [[name, each] as const] : [];
    }),
  );
}

/** The statement again, with a join in one SELECT that binds only if `name` is a column of its tables. */
export function columnProbe(root: TreeNode, select: TreeNode, name: string): TreeNode {
  const column = { class: 'COLUMN_REF', type: 'COLUMN_REF', column_names: [name] };
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    const copied = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
    if (value !== select) return copied;
    return { ...copied, from_table: joined(copied['from_table'], column) };
  };
  return copy(root) as TreeNode;
}

function joined(from: unknown, column: TreeNode): TreeNode {
  const one = {
    class: 'CONSTANT',
    type: 'VALUE_CONSTANT',
    value: { type: { id: 'INTEGER' }, is_null: false, value: 1 },
  };
  const row = {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    group_expressions: [],
    group_sets: [],
    select_list: [one],
    from_table: { type: 'EMPTY' },
    aggregate_handling: 'STANDARD_HANDLING',
  };
  return {
    type: 'JOIN',
    left: from,
    right: { type: 'SUBQUERY', alias: 'probe_row', subquery: { node: row } },
    condition: {
      class: 'COMPARISON',
      type: 'COMPARE_NOTEQUAL',
      left: call('typeof', [column]),
      right: text(''),
    },
    join_type: 'INNER',
    ref_type: 'REGULAR',
  };
}
