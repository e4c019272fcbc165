import type { SubsetArgument } from '@daybook/core';
import { subsetFunctions } from '@daybook/core';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, isImplied, literalOf, operandsOf, those, word } from './syntax-tree.ts';

/** What both engines make of a type; `float` and `other` are in no column. */
export type Family =
  | 'number'
  | 'text'
  | 'date'
  | 'timestamp'
  | 'boolean'
  | 'interval'
  | 'null'
  | 'float'
  | 'other';

/** Says the type of an expression as DuckDB bound it; undefined where it cannot be told. */
export type TypeOf = (expression: TreeNode) => string | undefined;

/** What is refused in an expression for its types, and where, if that is not where the expression is. */
export interface TypeComplaint {
  readonly why: string;
  readonly remedy: string;
  readonly at?: TreeNode;
}

/** The family of a type by its name. */
export function familyOf(type: string): Family {
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|INTEGER_LITERAL|DECIMAL(\(.*\))?)$/.test(type))
    return 'number';
  if (type === 'VARCHAR' || type === 'STRING_LITERAL') return 'text';
  if (type === 'DATE') return 'date';
  if (/^TIMESTAMP( WITH TIME ZONE)?$/.test(type)) return 'timestamp';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'INTERVAL') return 'interval';
  if (type === '"NULL"' || type === 'NULL') return 'null';
  return type === 'DOUBLE' || type === 'FLOAT' ? 'float' : 'other';
}

const castOne = 'Cast one of them: the engines convert them otherwise.';
const mostDecimals = 6;

/** Refuses an expression whose operands are of types that the engines treat otherwise, or that is of such a type itself. */
export function typeComplaint(node: TreeNode, typeOf: TypeOf): TypeComplaint | undefined {
  const type = typeOf(node);
  const family = type === undefined ? undefined : familyOf(type);
  const name = word(node, 'function_name').toLowerCase();
  if (family === 'float')
    return { why: 'is a float, which is not exact.', remedy: 'Cast what it is made of to DECIMAL(…) first.' };
  if (family === 'other') {
    const what = type?.startsWith('STRUCT') === true ? 'is a whole row' : `has the type ${type}`;
    return { why: `${what}, which no column can hold.`, remedy: 'Write columns of the declared types.' };
  }
  switch (word(node, 'class')) {
    case 'COMPARISON':
    case 'BETWEEN':
      return mixed(operandsOf(node), typeOf, 'compares');
    case 'CASE':
      return caseComplaint(node, typeOf);
    case 'CONJUNCTION':
      return notBoolean(children(node, 'children'), typeOf);
    case 'OPERATOR':
      return operatorComplaint(node, typeOf);
    case 'CAST':
      return castComplaint(node, typeOf);
    case 'FUNCTION':
    case 'WINDOW':
      return functionComplaint(node, name, type, typeOf);
    default:
      return undefined;
  }
}

/** Refuses conditions that are no conditions on Spark. */
export function notBoolean(conditions: readonly TreeNode[], typeOf: TypeOf): TypeComplaint | undefined {
  const at = conditions.find((each) => !['boolean', 'null', undefined].includes(family(each, typeOf)));
  return at === undefined
    ? undefined
    : { why: 'is no condition on Spark.', remedy: 'Compare it with something: … <> 0.', at };
}

/** Refuses values of several families where one value comes out, or where they are compared. */
export function mixed(values: readonly TreeNode[], typeOf: TypeOf, verb: string): TypeComplaint | undefined {
  const families = new Map<Family, TreeNode>();
  for (const value of values) {
    const found = family(value, typeOf);
    if (found === undefined || found === 'null') continue;
    families.set(found === 'timestamp' ? 'date' : found, value);
  }
  const [one, other] = [...families.keys()];
  if (one === undefined || other === undefined) return undefined;
  const literal = values.some((each) => literalOf(each)?.type === 'VARCHAR');
  const remedy =
    literal && families.has('date')
      ? "Write the day as DATE '2018-07-24', or hand it over by ${param(…)}."
      : castOne;
  return { why: `${verb} a ${one} with a ${other}.`, remedy };
}

function family(expression: TreeNode, typeOf: TypeOf): Family | undefined {
  const type = typeOf(expression);
  return type === undefined ? undefined : familyOf(type);
}

function caseComplaint(node: TreeNode, typeOf: TypeOf): TypeComplaint | undefined {
  const checks = children(node, 'case_checks');
  const results = [
    ...checks.flatMap((check) => those(child(check, 'then_expr'))),
    child(node, 'else_expr') ?? {},
  ];
  const conditions = checks.flatMap((check) => those(child(check, 'when_expr')));
  return notBoolean(conditions, typeOf) ?? mixed(results, typeOf, 'mixes');
}

function operatorComplaint(node: TreeNode, typeOf: TypeOf): TypeComplaint | undefined {
  const operands = children(node, 'children');
  const type = word(node, 'type');
  if (type === 'OPERATOR_NOT') return notBoolean(operands, typeOf);
  if (type === 'OPERATOR_COALESCE') return mixed(operands, typeOf, 'mixes');
  return type.startsWith('COMPARE') ? mixed(operands, typeOf, 'compares') : undefined;
}

function castComplaint(node: TreeNode, typeOf: TypeOf): TypeComplaint | undefined {
  const inner = child(node, 'child') ?? {};
  const type = typeOf(inner);
  if (type === undefined || (isImplied(node) && literalOf(inner) !== undefined)) return undefined;
  const [from, to] = [familyOf(type), familyOf(word(child(node, 'cast_type') ?? {}, 'id'))];
  if (from === to || from === 'null' || from === 'float' || from === 'other')
    return wholeComplaint(node, type);
  if (isImplied(node) && to === 'boolean')
    return { why: 'is no condition on Spark.', remedy: 'Compare it with something: … <> 0.', at: inner };
  const allowed =
    (to === 'text' && ['number', 'boolean', 'date'].includes(from)) ||
    (to === 'timestamp' && from === 'date') ||
    (to === 'date' && from === 'timestamp') ||
    (to === 'number' && from === 'boolean' && word(child(node, 'cast_type') ?? {}, 'id') !== 'DECIMAL');
  if (allowed) return undefined;
  return {
    why: `makes a ${to} of a ${from}, which the engines do otherwise.`,
    remedy:
      from === 'text'
        ? "Read texts where the data is loaded; write literals as 12.50 or DATE '2018-07-24'."
        : 'Do it where the data is loaded, or in a code job.',
  };
}

/** Refuses a cast of a number with decimals to a whole one: DuckDB rounds it and Spark cuts it. */
function wholeComplaint(node: TreeNode, from: string): TypeComplaint | undefined {
  const to = word(child(node, 'cast_type') ?? {}, 'id');
  const scale = /^DECIMAL\(\d+,(\d+)\)$/.exec(from)?.[1] ?? '0';
  return (to === 'INTEGER' || to === 'BIGINT') && scale !== '0'
    ? {
        why: 'is rounded on DuckDB and cut on Spark.',
        remedy: 'Say which: CAST(ROUND(…, 0) AS BIGINT) or CAST(FLOOR(…) AS BIGINT).',
      }
    : undefined;
}

function functionComplaint(
  node: TreeNode,
  name: string,
  type: string | undefined,
  typeOf: TypeOf,
): TypeComplaint | undefined {
  const known = Object.hasOwn(subsetFunctions, name) ? subsetFunctions[name] : undefined;
  const given = children(node, 'children');
  if (known === undefined) return undefined;
  const filter = child(node, 'filter');
  const said = filter === undefined ? undefined : notBoolean([filter], typeOf);
  if (said !== undefined) return said;
  if (name === '+' || name === '-') return sumComplaint(given, name, type, typeOf);
  for (const [index, argument] of given.entries()) {
    const wanted = known.takes[index] ?? known.takes.at(-1);
    const found = family(argument, typeOf);
    if (wanted === undefined || found === undefined || fits(wanted, found)) continue;
    return {
      why: `takes a ${wordsOf(wanted)}, and this is a ${found}.`,
      remedy: 'Cast it, or use another column.',
    };
  }
  if (['greatest', 'least', 'nullif'].includes(name)) return mixed(given, typeOf, 'mixes');
  return name === '*' ? decimalsComplaint(type) : undefined;
}

function fits(wanted: SubsetArgument, found: Family): boolean {
  if (wanted === 'any' || found === 'null') return true;
  if (wanted === 'day') return found === 'date' || found === 'timestamp';
  if (wanted === 'text' || wanted === 'pattern') return found === 'text';
  return wanted === 'boolean' ? found === 'boolean' : found === 'number';
}

function wordsOf(wanted: SubsetArgument): string {
  if (wanted === 'day') return 'date or timestamp';
  if (wanted === 'pattern') return 'text';
  return wanted === 'boolean' || wanted === 'text' ? wanted : 'number';
}

function sumComplaint(
  given: readonly TreeNode[],
  name: string,
  type: string | undefined,
  typeOf: TypeOf,
): TypeComplaint | undefined {
  const [left, right = 'number'] = given.map((each) => family(each, typeOf));
  if (left === undefined || right === undefined || left === 'null' || right === 'null') return undefined;
  if (left === 'number' && right === 'number') return decimalsComplaint(type);
  const isTime = left === 'date' || left === 'timestamp';
  if (isTime && right === 'interval') return undefined;
  if (left === 'date' && right === 'number' && typeOf(given[1] ?? {}) === 'INTEGER') return undefined;
  if (left === 'interval' && given.length === 1) return undefined;
  return {
    why: `${name === '+' ? 'adds' : 'subtracts'} a ${left} and a ${right}, which the engines do otherwise.`,
    remedy: "Write numbers, or a day and then an interval: … + INTERVAL '1' DAY.",
  };
}

function decimalsComplaint(type: string | undefined): TypeComplaint | undefined {
  const scale = Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(type ?? '')?.[1] ?? 0);
  return scale > mostDecimals
    ? {
        why: `has ${scale} decimals, and Spark may cut what is beyond ${mostDecimals}.`,
        remedy: 'Cast what it is made of to fewer decimals first.',
      }
    : undefined;
}
