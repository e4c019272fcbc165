import type { Session } from '../engine.ts';
import { literal } from '../engine.ts';
import type { Complaint } from './complaint.ts';
import { aliasesInWhere, columnProbe } from './late-aliases.ts';
import type { ProbedSelect } from './queries.ts';
import { joinConditions, queriesIn, selectsIn } from './queries.ts';
import type { SourceText } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, firstPlace, literalOf, operandsOf, those, word } from './syntax-tree.ts';
import { isProbed, probedTree, typesInPlan } from './type-probes.ts';
import type { TypeComplaint, TypeOf } from './type-rules.ts';
import { mixed, notBoolean, typeComplaint } from './type-rules.ts';

/** Asks DuckDB for the type of every expression, and refuses those that Spark would treat otherwise for their types. */
export async function typeComplaints(
  session: Session,
  root: TreeNode,
  source: SourceText,
  refused: ReadonlySet<TreeNode>,
): Promise<readonly Complaint[]> {
  const selects = selectsIn(root);
  const typeOf = await askTypes(session, root, selects, refused);
  const complaints: Complaint[] = [];
  const wrong = new Set(refused);
  const refuse = (node: TreeNode, said: TypeComplaint | undefined): void => {
    if (said === undefined || isWrong(node, wrong)) return;
    wrong.add(node);
    const bytes = firstPlace(said.at ?? node) ?? 0;
    complaints.push({ at: source.indexOf(bytes), why: said.why, remedy: said.remedy });
  };
  for (const { select, expressions } of selects) {
    for (const each of expressions) refuse(each, typeComplaint(each, typeOf));
    const conditions = [
      ...['where_clause', 'having'].flatMap((key) => those(child(select, key))),
      ...joinConditions(child(select, 'from_table')),
    ];
    for (const condition of conditions) refuse(condition, notBoolean([condition], typeOf));
  }
  for (const said of mixedUnions(root, typeOf)) refuse(said.at, said);
  for (const said of await lateAliases(session, root, selects)) refuse(said.at, said);
  return complaints;
}

/** Whether an expression or something that it is made of is refused already. */
function isWrong(node: TreeNode, wrong: ReadonlySet<TreeNode>): boolean {
  return wrong.has(node) || operandsOf(node).some((each) => isWrong(each, wrong));
}

async function askTypes(
  session: Session,
  root: TreeNode,
  selects: readonly ProbedSelect[],
  refused: ReadonlySet<TreeNode>,
): Promise<TypeOf> {
  const probed = selects
    .flatMap(({ expressions }) => expressions.filter(isProbed))
    .filter((expression) => !isWrong(expression, refused));
  const numbers = new Map([...new Set(probed)].map((each, index) => [each, index] as const));
  const types = new Map<number, string>(await plannedTypes(session, root, numbers));
  // One that cannot be asked where it is put, as a name of the select list, must not hide the others.
  if (types.size === 0)
    for (const [node, number] of numbers)
      for (const [, type] of await plannedTypes(session, root, new Map([[node, number]])))
        types.set(number, type);
  return (node) => {
    const number = numbers.get(node);
    return number === undefined ? literalOf(node)?.type : types.get(number);
  };
}

async function plannedTypes(
  session: Session,
  root: TreeNode,
  numbers: ReadonlyMap<TreeNode, number>,
): Promise<ReadonlyMap<number, string>> {
  return typesInPlan((await planOf(session, probedTree(root, numbers))) ?? '');
}

/** The plan of a syntax tree as DuckDB binds it; undefined where it cannot be bound. */
async function planOf(session: Session, root: TreeNode): Promise<string | undefined> {
  const tree = JSON.stringify({ error: false, statements: [{ node: root }] });
  try {
    const [row] = await session.rows(`SELECT json_deserialize_sql(${literal(tree)}::JSON) AS text`);
    return await session.plan(row?.['text'] ?? '');
  } catch {
    return undefined;
  }
}

type Placed = TypeComplaint & { readonly at: TreeNode };

/** Columns that a UNION, EXCEPT or INTERSECT makes of several families. */
function mixedUnions(node: TreeNode, typeOf: TypeOf): readonly Placed[] {
  return queriesIn(node).flatMap((query) => {
    const sides = sidesOf(query).map((side) => children(side, 'select_list'));
    const [first = []] = sides;
    if (sides.some((items) => items.length !== first.length)) return [];
    return first.flatMap((_, column) => {
      const items = sides.flatMap((each) => those(each[column]));
      const said = mixed(items, typeOf, 'mixes in one column');
      const at = items.at(-1);
      return said === undefined || at === undefined ? [] : [{ ...said, at }];
    });
  });
}

function sidesOf(query: TreeNode): readonly TreeNode[] {
  if (word(query, 'type') !== 'SET_OPERATION_NODE') return [query];
  return ['left', 'right'].flatMap((side) => sidesOf(child(query, side) ?? {}));
}

async function lateAliases(
  session: Session,
  root: TreeNode,
  selects: readonly ProbedSelect[],
): Promise<readonly Placed[]> {
  const found: Placed[] = [];
  for (const { select } of selects) {
    for (const [name, at] of aliasesInWhere(select)) {
      if ((await planOf(session, columnProbe(root, select, name))) !== undefined) continue;
      const why = 'is a name of the select list, which WHERE cannot see on Spark.';
      found.push({ at, why, remedy: 'Write the expression again, or a query around it.' });
    }
  }
  return found;
}
