import type { TreeNode } from './syntax-tree.ts';

/** What is refused at an index of a statement's text: sentences that follow the text there. */
export interface Complaint {
  readonly at: number;
  readonly why: string;
  readonly remedy: string;
  /** The node of the syntax tree that is refused, where it is one. */
  readonly node?: TreeNode;
}
