import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A fenced block of a document: its language, its text, and the line of the document on which its text begins. A name behind
 * the language is that of a file with this text, in the project that the document is about.
 */
export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

/** The documents that people read, by their path below the root. */
export function documents(): readonly string[] {
  const patterns = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'apps/*/README.md', 'bench/*.md'];
  return globSync(patterns, { cwd: root }).toSorted();
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: (Omit<Block, 'document' | 'text'> & { readonly lines: string[] }) | undefined;
  for (const [index, line] of readFileSync(join(root, document), 'utf8').split('\n').entries()) {
    const fence = /^```(\w*)(?: +(\S+))?/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined)
      open = { language: fence[1] ?? '', file: fence[2], line: index + 2, lines: [] };
    else {
      const { lines, ...rest } = open;
      blocks.push({ document, ...rest, text: `${lines.join('\n')}\n` });
      open = undefined;
    }
  }
  return blocks;
}
