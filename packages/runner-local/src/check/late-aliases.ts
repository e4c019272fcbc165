import type { TreeNode } from './syntax-tree.ts';
import { child, children, expressionsIn, word } from './syntax-tree.ts';
import { call, text } from './type-probes.ts';

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
