import type { Outcome, Part } from '@daybook/core';
import { canonicalJson, declarationOf, files } from '@daybook/core';
import type { Recorded } from './recorded.ts';

/** What of an output differs from the one that the local runner made, in a sentence; undefined where nothing does. */
export async function difference(
  { home, work, local }: Recorded,
  outcome: Outcome,
): Promise<string | undefined> {
  const { id, definition } = work.task;
  if (local.kind !== 'staged' || outcome.kind !== 'staged') {
    const alike = canonicalJson({ ...outcome, attempt: '' }) === canonicalJson({ ...local, attempt: '' });
    return alike
      ? undefined
      : `${id} ended as ${JSON.stringify(outcome)} and here as ${JSON.stringify(local)}`;
  }
  const declaration = declarationOf(definition.output ?? files());
  const orderBy = declaration.kind === 'table' ? declaration.columns.map(([name]) => name) : [];
  const rowsOf = async (parts: readonly Part[]): Promise<string> => {
    const lines: string[] = [];
    const read = home.runner.readRows?.(home.target, parts, declaration, { orderBy, as: 'json' });
    for await (const some of read ?? []) lines.push(...some);
    return lines.join('\n');
  };
  const [there, here] = [await rowsOf(outcome.parts), await rowsOf(local.parts)];
  if (there !== here) return `${id} has the rows\n${there}\nand here\n${here}`;
  // Made anew by DuckDB over the parts of Spark, too.
  const anew = await home.runner.fingerprint?.(home.target, outcome.parts, declaration);
  for (const fingerprint of [outcome.fingerprint, anew])
    if (fingerprint !== local.fingerprint)
      return `${id} has the fingerprint ${fingerprint} and here ${local.fingerprint}`;
  if (outcome.rows !== local.rows) return `${id} has ${outcome.rows} rows and here ${local.rows}`;
  if (canonicalJson(outcome.controls) !== canonicalJson(local.controls))
    return `${id} has the controls ${JSON.stringify(outcome.controls)} and here ${JSON.stringify(local.controls)}`;
  return undefined;
}
