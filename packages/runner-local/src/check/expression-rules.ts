import { castComplaint } from './cast-rules.ts';
import { functionComplaint, windowComplaint } from './function-rules.ts';
import type { Said } from './said.ts';
import { fine, refuse, refusedByName, see } from './said.ts';
import type { SourceText } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { literalOf, operandsOf, word } from './syntax-tree.ts';

/** Refuses an expression that is not in the common subset. `selected`: it is an item of a select list. */
export function expressionComplaint(node: TreeNode, source: SourceText, selected: boolean): Said {
  switch (word(node, 'class')) {
    case 'COLUMN_REF':
      return columnComplaint(node);
    case 'CONSTANT':
      return literalComplaint(node);
    case 'FUNCTION':
      return functionComplaint(node, source);
    case 'WINDOW':
      return windowComplaint(node);
    case 'CAST':
      return castComplaint(node, source);
    case 'STAR':
      return starComplaint(node, selected);
    case 'SUBQUERY':
      return subqueryComplaint(node);
    case 'OPERATOR':
      return operatorComplaint(node);
    case 'COMPARISON':
    case 'BETWEEN':
      return comparedConditions(operandsOf(node));
    case 'CASE':
    case 'CONJUNCTION':
      return fine;
    case 'COLLATE':
      return refuse('has a collation, which is not the same on Spark.', 'Compare texts as they are.');
    case 'PARAMETER':
      // It has no place in the tree: its sign is refused.
      return fine;
    case 'POSITIONAL_REFERENCE':
      return refuse('names a column by its number.', 'Write its name.');
    default:
      return refuse('is not in the common subset of the engines.', see);
  }
}

const operators: ReadonlySet<string> = new Set([
  'OPERATOR_NOT',
  'OPERATOR_IS_NULL',
  'OPERATOR_IS_NOT_NULL',
  'OPERATOR_COALESCE',
]);

/** `a = b IN (…)` without brackets is one thing on DuckDB and another on Spark, and brackets are not in the tree. */
function comparedConditions(operands: readonly TreeNode[]): Said {
  const condition = operands.find(isCondition);
  return condition === undefined
    ? fine
    : refuse(
        'is a condition that is compared, and the engines bracket that otherwise.',
        'Write AND, OR, NOT or CASE WHEN.',
        condition,
      );
}

function isCondition(node: TreeNode): boolean {
  const isLike = /^!?~~$/.test(word(node, 'function_name'));
  return (
    ['COMPARISON', 'BETWEEN', 'CONJUNCTION'].includes(word(node, 'class')) ||
    word(node, 'type').startsWith('COMPARE_') ||
    isLike
  );
}

/** Most of these have no place in the tree: they are told at what they are done to. */
function operatorComplaint(node: TreeNode): Said {
  const type = word(node, 'type');
  if (type.startsWith('COMPARE_')) return comparedConditions(operandsOf(node));
  if (operators.has(type)) return fine;
  if (type === 'ARRAY_EXTRACT' || type === 'ARRAY_SLICE')
    return refuse('is taken apart by […], which Spark does otherwise.', 'Write SUBSTRING(…).');
  if (type === 'STRUCT_EXTRACT') return refuse('is a struct, which no column can hold.', 'Write columns.');
  if (type === 'OPERATOR_TRY')
    return refuse('is in TRY(…), which Spark does not know.', 'Write TRY_CAST(… AS …).');
  return refuse('is in an expression outside the common subset of the engines.', see);
}

function columnComplaint(node: TreeNode): Said {
  const names = node['column_names'] as readonly string[];
  const [name = ''] = names;
  if (names.length > 2)
    return refuse('names a schema or a field of a struct.', 'Write a column, or table.column.');
  if (names.length === 1 && /^(current_(date|time|timestamp)|localtime(stamp)?)$/i.test(name))
    return refusedByName(name.toLowerCase());
  return names.some((each) => each.toLowerCase() === 'rowid')
    ? refuse('numbers rows in the order in which they are stored.', 'Use a column that says which row it is.')
    : fine;
}

function literalComplaint(node: TreeNode): Said {
  const type = literalOf(node)?.type ?? '';
  if (type === 'DOUBLE' || type === 'FLOAT')
    return refuse('is a float, which is not exact.', 'Write it without an exponent, as 100000 or 0.5.');
  return ['INTEGER', 'BIGINT', 'HUGEINT', 'DECIMAL', 'VARCHAR', 'BOOLEAN', 'NULL'].includes(type)
    ? fine
    : refuse(`is a literal of the type ${type}, which no column can hold.`, 'Write a text or a number.');
}

function starComplaint(node: TreeNode, selected: boolean): Said {
  const plain =
    node['columns'] !== true &&
    ['expr', 'exclude_list', 'replace_list', 'qualified_exclude_list', 'rename_list'].every((key) =>
      isEmpty(node[key]),
    );
  return plain && selected ? fine : refuse('chooses columns as DuckDB alone can.', 'Name the columns.');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function subqueryComplaint(node: TreeNode): Said {
  const comparison = word(node, 'comparison_type');
  return word(node, 'subquery_type') === 'ANY' && comparison !== 'COMPARE_EQUAL'
    ? {
        kind: 'refused',
        why: 'is compared with ANY or ALL rows, which Spark does not know.',
        remedy: 'Write EXISTS (…), or compare with a MIN or MAX.',
        closed: false,
      }
    : fine;
}
