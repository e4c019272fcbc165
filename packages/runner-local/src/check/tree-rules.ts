import type { Complaint } from './complaint.ts';
import { expressionComplaint } from './expression-rules.ts';
import type { SourceText } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, firstPlace, operandsOf, queryOf, word } from './syntax-tree.ts';

/** Walks a statement's syntax tree and refuses what is not in the common subset. `relations` are the tables there are. */
export function treeComplaints(
  root: TreeNode,
  source: SourceText,
  relations: readonly string[],
): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const walk: Walk = {
    source,
    place: 0,
    tables: new Set(relations.map((name) => name.toLowerCase())),
    refuse(node, why, remedy, where = {}) {
      complaints.push({ at: indexFor(walk, node, where), why, remedy, node });
    },
  };
  query(root, walk);
  return complaints;
}

interface Walk {
  readonly source: SourceText;
  /** Where the walk is, as far as the tree says: the place of what has none of its own. */
  place: number;
  readonly tables: Set<string>;
  /** Refuses a node. Its place is that of `near` or its own; with `keyword`, of the last such word before it or the next. */
  refuse(node: TreeNode, why: string, remedy: string, where?: Where): void;
}

interface Where {
  readonly near?: TreeNode | undefined;
  readonly keyword?: RegExp;
}

function indexFor(walk: Walk, node: TreeNode, { near, keyword }: Where): number {
  const { source } = walk;
  const bytes = firstPlace(near) ?? (keyword === undefined ? firstPlace(node) : undefined);
  const index = bytes === undefined ? walk.place : source.indexOf(bytes);
  if (keyword === undefined) return index;
  const found = source.tokens.filter(({ kind, text }) => kind === 'word' && keyword.test(text));
  const before = near === undefined ? undefined : found.findLast(({ start }) => start <= index);
  return (before ?? found.find(({ start }) => start >= index) ?? found.at(-1))?.start ?? index;
}

function query(node: TreeNode, walk: Walk): void {
  const type = word(node, 'type');
  for (const entry of children(child(node, 'cte_map') ?? {}, 'map')) commonTable(entry, walk);
  if (type === 'SELECT_NODE') select(node, walk);
  else if (type === 'SET_OPERATION_NODE') {
    if (word(node, 'setop_type') === 'UNION_BY_NAME')
      walk.refuse(
        node,
        'unites columns by name, which Spark does not.',
        'Write the columns in the same order.',
        {
          keyword: /^name$/i,
        },
      );
    for (const side of ['left', 'right']) query(child(node, side) ?? {}, walk);
  } else if (type === 'RECURSIVE_CTE_NODE')
    walk.refuse(node, 'is what Spark 3.5 does not know.', 'Make it in steps: several tasks.', {
      keyword: /^recursive$/i,
    });
  else walk.refuse(node, 'is no query of the subset.', 'Write SELECT … FROM ….');
  for (const modifier of children(node, 'modifiers')) checkModifier(modifier, walk);
}

function commonTable(entry: TreeNode, walk: Walk): void {
  const value = child(entry, 'value') ?? {};
  query(queryOf(value, 'query') ?? {}, walk);
  walk.tables.add(word(entry, 'key').toLowerCase());
}

function checkModifier(modifier: TreeNode, walk: Walk): void {
  const type = word(modifier, 'type');
  if (type === 'ORDER_MODIFIER') {
    const by = children(modifier, 'orders')[0] ?? {};
    walk.refuse(
      modifier,
      'orders rows, and rows as stored have no order.',
      'Leave it out: a table declares orderBy for people, and the tasks that write files order them.',
      { near: child(by, 'expression'), keyword: /^order$/i },
    );
  } else if (type === 'DISTINCT_MODIFIER') {
    const on = children(modifier, 'distinct_on_targets')[0];
    if (on === undefined) return;
    walk.refuse(
      modifier,
      'keeps one row of each group by its ON, and which one depends on the order of rows.',
      'Write GROUP BY with MIN and MAX.',
      { near: on, keyword: /^distinct$/i },
    );
  } else {
    walk.refuse(
      modifier,
      'keeps some rows, and which ones depends on the order of rows.',
      'Leave it out, or keep rows by a condition, as by RANK() in a query around it.',
      { near: child(modifier, 'limit') ?? child(modifier, 'offset'), keyword: /^(limit|offset|fetch)$/i },
    );
  }
}

function select(node: TreeNode, walk: Walk): void {
  const from = child(node, 'from_table');
  const items = children(node, 'select_list');
  for (const item of items) expression(item, walk, true);
  const star = items.find((item) => item['class'] === 'STAR');
  if (star !== undefined && joinsByUsing(from))
    walk.refuse(star, 'puts the columns of USING first on Spark alone.', 'Name the columns.');
  if (from !== undefined) table(from, walk);
  for (const key of ['where_clause', 'having']) {
    const condition = child(node, key);
    if (condition !== undefined) expression(condition, walk, false);
  }
  for (const each of children(node, 'group_expressions')) expression(each, walk, false);
  if (word(node, 'aggregate_handling') === 'FORCE_AGGREGATES')
    walk.refuse(node, 'groups by all, which hides what is grouped by.', 'Name the columns: GROUP BY a, b.', {
      keyword: /^all$/i,
    });
  const sets = node['group_sets'];
  if (Array.isArray(sets) && sets.length > 1)
    walk.refuse(node, 'groups in several ways at once.', 'Write one GROUP BY for each, with UNION ALL.', {
      keyword: /^(cube|rollup|grouping)$/i,
    });
  if (child(node, 'qualify') !== undefined)
    walk.refuse(node, 'does not exist on Spark.', 'Write a query around it, with WHERE.', {
      keyword: /^qualify$/i,
    });
  if (child(node, 'sample') !== undefined) sampled(node, walk);
}

function joinsByUsing(table: TreeNode | undefined): boolean {
  if (table === undefined || word(table, 'type') !== 'JOIN') return false;
  const names = table['using_columns'];
  return (
    (Array.isArray(names) && names.length > 0) ||
    joinsByUsing(child(table, 'left')) ||
    joinsByUsing(child(table, 'right'))
  );
}

function sampled(node: TreeNode, walk: Walk): void {
  walk.refuse(node, 'takes a sample, another one each time.', 'Leave it out.', {
    keyword: /^(sample|tablesample)$/i,
  });
}

const joinKinds: ReadonlySet<string> = new Set(['INNER', 'LEFT', 'RIGHT', 'OUTER', 'FULL']);

function table(node: TreeNode, walk: Walk): void {
  if (child(node, 'sample') !== undefined) sampled(node, walk);
  switch (word(node, 'type')) {
    case 'EMPTY':
      return;
    case 'BASE_TABLE':
      baseTable(node, walk);
      return;
    case 'SUBQUERY':
      query(queryOf(node, 'subquery') ?? {}, walk);
      return;
    case 'EXPRESSION_LIST':
      for (const row of (node['values'] ?? []) as readonly (readonly TreeNode[])[])
        for (const cell of row) expression(cell, walk, false);
      return;
    case 'JOIN':
      join(node, walk);
      return;
    case 'TABLE_FUNCTION':
      walk.refuse(
        node,
        'makes a table, and a SQL job reads its inputs only.',
        'Declare an input, or load it with a load job.',
      );
      return;
    default:
      walk.refuse(node, 'is no table of the subset.', 'Read an input, a query in brackets or WITH.');
  }
}

function baseTable(node: TreeNode, walk: Walk): void {
  const name = word(node, 'table_name');
  const qualified = word(node, 'schema_name') !== '' || word(node, 'catalog_name') !== '';
  if (qualified || child(node, 'at_clause') !== undefined || !walk.tables.has(name.toLowerCase()))
    walk.refuse(
      node,
      'is no input of the task.',
      `Read ${[...walk.tables].join(', ')}; declare what else is needed.`,
    );
}

function join(node: TreeNode, walk: Walk): void {
  for (const side of ['left', 'right']) table(child(node, side) ?? {}, walk);
  const [kind, how] = [word(node, 'join_type'), word(node, 'ref_type')];
  const plain = ['REGULAR', 'CROSS', ''].includes(how);
  if (how === 'NATURAL')
    walk.refuse(node, 'joins by whatever columns have the same name.', 'Write JOIN … ON, or USING (…).');
  else if (!plain) walk.refuse(node, `is a join (${how}) that Spark does not know.`, 'Write JOIN … ON.');
  else if (!joinKinds.has(kind === '' ? 'INNER' : kind))
    walk.refuse(node, `is a join (${kind}) outside the subset.`, 'Write WHERE EXISTS (…) or NOT EXISTS (…).');
  const condition = child(node, 'condition');
  if (condition !== undefined) expression(condition, walk, false);
}

function expression(node: TreeNode, walk: Walk, selected: boolean): void {
  const bytes = node['query_location'];
  if (typeof bytes === 'number') walk.place = walk.source.indexOf(bytes);
  const said = expressionComplaint(node, walk.source, selected);
  if (said.kind === 'refused') {
    walk.refuse(node, said.why, said.remedy, { near: said.at });
    if (said.closed) return;
  }
  if (said.kind === 'implied') return;
  const subquery = queryOf(node, 'subquery');
  if (subquery !== undefined) query(subquery, walk);
  for (const operand of operandsOf(node)) expression(operand, walk, false);
}
