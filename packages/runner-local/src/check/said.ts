import { refusedFunctions } from '@daybook/core';
import type { TreeNode } from './syntax-tree.ts';

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

export const fine: Said = { kind: 'fine' };
export const see = 'Do it where the data is loaded, or in a code job; docs/sql-jobs.md lists what there is.';

/** Refuses an expression with all that it is made of, at the place of `at` where it has none. */
export function refuse(why: string, remedy: string, at?: TreeNode): Said {
  return { kind: 'refused', why, remedy, closed: true, ...(at === undefined ? {} : { at }) };
}

/** Refuses a function by its name, with the reason in the table where it has one. */
export function refusedByName(name: string): Said {
  const known = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
  return known === undefined
    ? refuse('is not in the common subset of the engines.', see)
    : refuse(`${known.why}.`, `${known.instead}.`);
}
