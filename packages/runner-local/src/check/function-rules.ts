import type { SubsetArgument } from '@daybook/core';
import { refusedFunctions, subsetFunctions, subsetIntervals } from '@daybook/core';
import type { Said } from './said.ts';
import { fine, refuse, refusedByName, see } from './said.ts';
import type { SourceText } from './source-text.ts';
import { tokenAt } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, children, intervalAmount, literalOf, word } from './syntax-tree.ts';

/** Refuses a function or an operator that is not in the allow-list, or is not written as it is there. */
export function functionComplaint(node: TreeNode, source: SourceText): Said {
  const name = word(node, 'function_name').toLowerCase();
  const token = tokenAt(source, node['query_location']);
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

/** Refuses a window that depends on the order of rows. */
export function windowComplaint(node: TreeNode): Said {
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
