import type { SubsetArgument } from '@daybook/core';
import { refusedFunctions, subsetFunctions, subsetIntervals, subsetTypes } from '@daybook/core';
import type { SourceText, Token } from './source-text.ts';
import { closing } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, intervalAmount, isImplied, literalOf, operandsOf, word } from './syntax-tree.ts';

/** What is said of one expression by itself, whatever its operands are. */
export type Said =
  | { readonly kind: 'fine' }
  /** Put in by the parser together with all that it is made of. */
  | { readonly kind: 'implied' }
  | {
      readonly kind: 'refused';
      readonly why: string;
      readonly remedy: string;
      /** Its operands need not be looked at. */
      readonly closed: boolean;
      /** A node with a place, where it has none. */
      readonly at?: TreeNode;
    };

const fine: Said = { kind: 'fine' };
const see = 'Do it where the data is loaded, or in a code job; docs/sql-jobs.md lists what there is.';

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

function refuse(why: string, remedy: string, at?: TreeNode): Said {
  return { kind: 'refused', why, remedy, closed: true, ...(at === undefined ? {} : { at }) };
}

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

function refusedByName(name: string): Said {
  const known = refusedFunctions[name];
  return known === undefined
    ? refuse('is not in the common subset of the engines.', see)
    : refuse(`${known.why}.`, `${known.instead}.`);
}

function literalComplaint(node: TreeNode): Said {
  const type = literalOf(node)?.type ?? '';
  if (type === 'DOUBLE' || type === 'FLOAT')
    return refuse('is a float, which is not exact.', 'Write it without an exponent, as 100000 or 0.5.');
  return ['INTEGER', 'BIGINT', 'HUGEINT', 'DECIMAL', 'VARCHAR', 'BOOLEAN', 'NULL'].includes(type)
    ? fine
    : refuse(`is a literal of the type ${type}, which no column can hold.`, 'Write a text or a number.');
}

function functionComplaint(node: TreeNode, source: SourceText): Said {
  const name = word(node, 'function_name').toLowerCase();
  const token = tokenAt(source, node);
  if (Object.hasOwn(subsetIntervals, name) && token?.text.toLowerCase() !== name) {
    const amount = literalOf(intervalAmount(node) ?? {});
    return /^-?\d+$/.test(String(amount?.value))
      ? { kind: 'implied' }
      : refuse('is no interval of the subset.', "Write a whole number, as INTERVAL '1' DAY.");
  }
  if (/^to_[a-z]+$/.test(name) && token?.text.toLowerCase() !== name)
    return refuse('is an interval in a unit outside the subset.', "Write INTERVAL '90' MINUTE, or days.");
  const known = Object.hasOwn(subsetFunctions, name) ? subsetFunctions[name] : undefined;
  if (known === undefined || known.kind === 'window') {
    if (Object.hasOwn(refusedFunctions, name)) return refusedByName(name);
    return known === undefined
      ? refuse('is not in the common subset of the engines.', see)
      : refuse('needs OVER (…).', `Write ${known.written}.`);
  }
  if (children(child(node, 'order_bys') ?? {}, 'orders').length > 0)
    return refuse('orders rows within a sum, which Spark does not.', 'Leave ORDER BY out.');
  if (known.kind !== 'aggregate' && (node['distinct'] === true || child(node, 'filter') !== undefined))
    return refuse('is no aggregate.', 'Leave DISTINCT and FILTER out.');
  const given = children(node, 'children');
  if (given.length === 0 && known.takes.length > 0)
    return refuse('has nothing in its brackets, which Spark refuses.', 'Write COUNT(*), or a column.');
  return argumentsComplaint(known.takes, given);
}

/** Refuses arguments that must be literals of some form and are not. */
function argumentsComplaint(takes: readonly SubsetArgument[], given: readonly TreeNode[]): Said {
  for (const [index, argument] of given.entries()) {
    const wanted = takes[index] ?? takes.at(-1);
    const needed = wanted === undefined ? undefined : literalRules[wanted];
    const literal = literalOf(argument);
    if (needed === undefined || (literal !== undefined && needed.fits(literal))) continue;
    return refuse(needed.why, needed.remedy, argument);
  }
  return fine;
}

interface LiteralRule {
  fits(literal: { readonly type: string; readonly value: unknown }): boolean;
  readonly why: string;
  readonly remedy: string;
}

const isWhole = (type: string): boolean => type === 'INTEGER' || type === 'BIGINT';

const literalRules: Readonly<Partial<Record<SubsetArgument, LiteralRule>>> = {
  position: {
    fits: ({ type, value }) => isWhole(type) && Number(value) >= 1,
    why: 'counts otherwise on Spark where a position is below 1.',
    remedy: 'Write a literal from 1.',
  },
  digits: {
    fits: ({ type, value }) => isWhole(type) && Number(value) >= 0,
    why: 'needs a literal count, so that both engines give the same type.',
    remedy: 'Write a literal from 0.',
  },
  divisor: {
    fits: ({ type, value }) => (isWhole(type) || type === 'DECIMAL') && Number(value) !== 0,
    why: 'is null on DuckDB and an error on Spark where the divisor is 0.',
    remedy: 'Write a literal other than 0.',
  },
  pattern: {
    fits: ({ type, value }) => type === 'VARCHAR' && !String(value).includes('\\'),
    why: 'may have a backslash, which is an escape on Spark alone.',
    remedy: 'Write the pattern as a literal without a backslash.',
  },
};

const ordered = 'is another number where rows are equal, or where Spark puts nulls first and DuckDB last.';

function windowComplaint(node: TreeNode): Said {
  const name = word(node, 'function_name').toLowerCase();
  const known = Object.hasOwn(subsetFunctions, name) ? subsetFunctions[name] : undefined;
  if (known === undefined || !['aggregate', 'window'].includes(known.kind)) return refusedByName(name);
  const orders = children(node, 'orders');
  if (known.kind === 'window' && orders.length === 0)
    return refuse('has no order to rank by.', 'Write OVER (ORDER BY … NULLS LAST).');
  if (orders.some((order) => word(order, 'null_order') === 'ORDER_DEFAULT'))
    return refuse(ordered, 'Write NULLS FIRST or NULLS LAST behind each column of its ORDER BY.');
  const framed =
    (word(node, 'start') || 'UNBOUNDED_PRECEDING') !== 'UNBOUNDED_PRECEDING' ||
    (word(node, 'end') || 'CURRENT_ROW_RANGE') !== 'CURRENT_ROW_RANGE' ||
    (word(node, 'exclude_clause') || 'NO_OTHER') !== 'NO_OTHER';
  if (framed)
    return refuse(
      'goes over some rows of a window, and which ones depends on the order of rows.',
      'Leave its frame out.',
    );
  return node['ignore_nulls'] === true || node['distinct'] === true
    ? refuse('is not the same on Spark.', 'Leave IGNORE NULLS and DISTINCT out.')
    : fine;
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

const castable: ReadonlySet<string> = new Set([
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DECIMAL',
  'VARCHAR',
  'DATE',
  'TIMESTAMP',
]);

/** The names of types that both engines read alike. */
const writable = /^(boolean|int|integer|bigint|decimal|numeric|dec|string|date|timestamp)$/i;

function castComplaint(node: TreeNode, source: SourceText): Said {
  const type = word(child(node, 'cast_type') ?? {}, 'id');
  const inner = child(node, 'child') ?? {};
  const literal = literalOf(inner);
  if (type === 'DOUBLE' || type === 'FLOAT')
    return refuse('is a float, which is not exact.', 'Write CAST(… AS DECIMAL(18,2)).');
  const known = Object.keys(subsetTypes).join(', ');
  if (type === 'INTERVAL')
    return refuse('is an interval in words, which Spark may read otherwise.', "Write INTERVAL '1' DAY.");
  if (!castable.has(type))
    return refuse(
      `is of the type ${type || 'of another system'}, which is not in the subset.`,
      `Cast to one of ${known}.`,
    );
  // `DATE '…'`, `TRUE` and `IS TRUE` are casts that nobody wrote.
  if (isImplied(node)) {
    if (literal === undefined) return fine;
    return literal.type !== 'VARCHAR' || isTimeLiteral(type, String(literal.value))
      ? { kind: 'implied' }
      : refuse(
          'is no literal that both engines read alike.',
          "Write DATE '2018-07-24' or TIMESTAMP '2018-07-24 10:00:00'.",
        );
  }
  const written = writtenType(source, node);
  return written === undefined || writable.test(written)
    ? fine
    : refuse(
        `names the type ${written.toUpperCase()}, which Spark reads otherwise or not at all.`,
        `Write one of ${known}.`,
      );
}

/** Whether a text is one that every engine reads as a value of the type. */
export function isTimeLiteral(type: string, text: string): boolean {
  if (type === 'BOOLEAN') return /^(t|f|true|false)$/.test(text);
  if (type === 'DATE') return /^\d{4}-\d{2}-\d{2}$/.test(text);
  return type === 'TIMESTAMP' && /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d{1,6})?)?$/.test(text);
}

/** The word for the type in `CAST(… AS type)`; undefined where it is a cast of another form. */
function writtenType(source: SourceText, node: TreeNode): string | undefined {
  const { tokens } = source;
  const token = tokenAt(source, node);
  if (token === undefined || !/^(try_)?cast$/i.test(token.text)) return undefined;
  const opens = tokens.indexOf(token) + 1;
  const closes = closing(tokens, opens);
  const as = tokens.slice(opens, closes).findLastIndex(({ text }) => /^as$/i.test(text));
  const words = tokens.slice(opens + as + 1, closes).filter(({ kind }) => kind === 'word');
  return words.map(({ text }) => text).join(' ');
}

function tokenAt(source: SourceText, node: TreeNode): Token | undefined {
  const bytes = node['query_location'];
  if (typeof bytes !== 'number') return undefined;
  const index = source.indexOf(bytes);
  return source.tokens.find(({ start }) => start === index);
}
