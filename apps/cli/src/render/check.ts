import type { CheckOutcome } from '@daybook/core';
import { placeText } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { counted, groupBy } from './ranges.ts';

/** What was checked and, by task, what is refused: the place, the text there, why, and what to write instead. */
export function checkText(outcome: CheckOutcome, width: number, paint: Paint): string {
  const { refusals } = outcome;
  const read = `${counted(outcome.tasks, 'task')}, ${counted(outcome.statements, 'statement')}`;
  if (refusals.length === 0) return `${paint.good('Nothing is refused')}: ${read} checked.\n`;
  const lines = [`${paint.bad(counted(refusals.length, 'refusal'))} in ${read}. [sql-refused]`];
  for (const [task, group] of groupBy(refusals, (refusal) => refusal.task)) {
    lines.push('', paint.bold(task));
    for (const refusal of group) {
      const said = wrapped(`${refusal.found} ${refusal.why} ${refusal.remedy}`, width - 4);
      lines.push(...indented([placeText(refusal), ...indented(said)]));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The same as a document. */
export function checkDocument({ tasks, statements, refusals }: CheckOutcome): unknown {
  const refused = refusals.length > 0;
  return {
    outcome: refused ? 'refused' : 'ok',
    ...(refused ? { code: 'sql-refused' } : {}),
    tasks,
    statements,
    refusals,
  };
}
