import type { TaskId } from '@daybook/core';
import { indented } from './columns.ts';
import { byName, groupBy, membersText, rangesText } from './ranges.ts';

/** A task that waits, and for what. */
export interface Waiting {
  readonly task: TaskId;
  readonly for: string;
}

/**
 * What is waited for, and by whom. Texts that differ only in their day are told once, with the days as a range:
 * `2018-07-25 … 2018-07-31, 7 days, to be over (today is 2018-07-25)`.
 */
export function waitingLines(waiting: readonly Waiting[]): readonly string[] {
  return [...groupBy(waiting, (each) => withoutDay(each.for)).values()].flatMap((group) => {
    const names = [...byName(group.map((each) => each.task))].map(([name, ids]) =>
      `${name} ${membersText(ids)}`.trim(),
    );
    return [`for ${forText(group.map((each) => each.for))}`, ...indented(names)];
  });
}

const dayPattern = /\d{4}-\d{2}-\d{2}/;

/** A text in two: what it says, and the remark on today at its end, whose day is not the one waited for. */
function remarkOf(text: string): readonly [string, string] {
  const index = text.search(/ \(today is [^)]*\)$/);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index)];
}

function dayIn(text: string): string {
  return dayPattern.exec(text)?.[0] ?? '';
}

function withoutDay(text: string): string {
  const [said, remark] = remarkOf(text);
  const day = dayIn(said);
  return day === '' ? text : `${said.replaceAll(day, 'D')}${remark}`;
}

/** The days as a range in place of the day, where it is a word of its own; else behind the first text. */
function forText(texts: readonly string[]): string {
  const days = new Set(texts.map(dayIn));
  const [said, remark] = remarkOf(texts[0] ?? '');
  if (days.size < 2) return `${said}${remark}`;
  const range = rangesText([...days]);
  const [before = '', after = '', ...more] = said.split(dayIn(said));
  const word = more.length === 0 && /^(\s|[,;)]|$)/.test(after) && /(^|\s)$/.test(before);
  if (!word) return `${said} (${range})${remark}`;
  return `${before}${range}${after.startsWith(' ') ? ',' : ''}${after}${remark}`;
}
