import type { TaskId } from '@daybook/core';
import { indented } from './columns.ts';
import { byName, groupBy, membersText, rangesText } from './ranges.ts';

/** A task that waits, and for what. */
export interface Waiting {
  readonly task: TaskId;
  readonly for: string;
}

/**
 * What is waited for, and by whom. Texts that differ only in their first day are told once, with the days as a range:
 * `2018-07-25 … 2018-07-31, 7 days, to be over (today is 2018-07-25)`.
 */
export function waitingLines(waiting: readonly Waiting[]): readonly string[] {
  const groups = groupBy(waiting, (each) => partsOf(each.for).join('\u0000'));
  return [...groups.values()].flatMap((group) => {
    const days = group.flatMap((each) => dayIn(each.for));
    const [before = '', after = ''] = partsOf(group[0]?.for ?? '');
    const range = days.length === 0 ? '' : rangesText(days);
    const comma = new Set(days).size > 1 && !/^[,.:;]|^$/.test(after) ? ',' : '';
    const names = [...byName(group.map((each) => each.task))].map(([name, ids]) =>
      `${name} ${membersText(ids)}`.trim(),
    );
    return [`for ${before}${range}${comma}${after}`, ...indented(names)];
  });
}

const dayPattern = /\d{4}-\d{2}-\d{2}/;

function dayIn(text: string): readonly string[] {
  return dayPattern.exec(text)?.slice(0, 1) ?? [];
}

/** The text before and behind its first day. */
function partsOf(text: string): readonly string[] {
  const found = dayPattern.exec(text);
  return found === null ? [text] : [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}
