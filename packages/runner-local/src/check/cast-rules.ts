import { subsetTypes } from '@daybook/core';
import type { Said } from './said.ts';
import { fine, refuse } from './said.ts';
import type { SourceText } from './source-text.ts';
import { closing, tokenAt } from './source-text.ts';
import type { TreeNode } from './syntax-tree.ts';
import { child, isImplied, literalOf, word } from './syntax-tree.ts';

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

/** Refuses a cast to a type outside the subset, or written as one engine alone reads it. */
export function castComplaint(node: TreeNode, source: SourceText): Said {
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
function isTimeLiteral(type: string, text: string): boolean {
  if (type === 'BOOLEAN') return /^(t|f|true|false)$/.test(text);
  if (type === 'DATE') return /^\d{4}-\d{2}-\d{2}$/.test(text);
  return type === 'TIMESTAMP' && /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d{1,6})?)?$/.test(text);
}

/** The word for the type in `CAST(… AS type)`; undefined where it is a cast of another form. */
function writtenType(source: SourceText, node: TreeNode): string | undefined {
  const { tokens } = source;
  const token = tokenAt(source, node['query_location']);
  if (token === undefined || !/^(try_)?cast$/i.test(token.text)) return undefined;
  const opens = tokens.indexOf(token) + 1;
  const closes = closing(tokens, opens);
  const as = tokens.slice(opens, closes).findLastIndex(({ text }) => /^as$/i.test(text));
  const words = tokens.slice(opens + as + 1, closes).filter(({ kind }) => kind === 'word');
  return words.map(({ text }) => text).join(' ');
}
