import type { TreeNode } from './syntax-tree.ts';
import { child, children, expressionsIn, queryOf, those, word } from './syntax-tree.ts';

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
