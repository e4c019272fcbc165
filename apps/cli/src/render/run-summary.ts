import type { ControlResult, RunResult, TaskEnd, TaskId } from '@daybook/core';
import { commandText, splitTaskId } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { causeLines } from './causes.ts';
import { alignedLines, indented, tableLines, wrapped } from './columns.ts';
import { byName, counted, durationText, groupBy, membersText, numberText } from './ranges.ts';
import { widthOf } from './text-width.ts';
import { costText, failureText, figuresText, taskCommand } from './words.ts';
import { rangedLines } from './ranged-lines.ts';
import { waitingLines } from './waiting.ts';

/** What the summary of a run is made from. */
export interface SummaryFacts {
  readonly result: RunResult;
  readonly interrupted: boolean;
  /** The words of the command line, to say how to go on. */
  readonly words: readonly string[];
  /** What a command line needs to mean the same project and day. */
  readonly everywhere: readonly string[];
  readonly width: number;
  readonly paint: Paint;
}

const mostFailures = 8;

type Ended = RunResult['tasks'][number];
type EndedAs<K extends TaskEnd['kind']> = {
  readonly task: TaskId;
  readonly end: TaskEnd & { readonly kind: K };
};

/** The summary at the end of a run: what happened, grouped, and what to do next. */
export function runSummary(facts: SummaryFacts): string {
  const { result } = facts;
  const lines = [headline(facts), ''];
  const sections: readonly (readonly string[])[] = [
    ranLines(facts),
    restatedLines(facts),
    failedLines(facts),
    blockedLines(facts),
    waitingSection(facts),
    cancelledLines(facts),
    unverifiedLines(facts),
    unclosedLines(facts),
    nextLines(facts),
  ];
  for (const section of sections) if (section.length > 0) lines.push(...section, '');
  if (result.tasks.length === 0 && result.unclosed.length === 0) return `${lines[0]}\n`;
  return lines.join('\n');
}

function headline({ result, interrupted, paint }: SummaryFacts): string {
  const { outcome, fresh, tasks, durationMs } = result;
  const took = durationText(durationMs);
  if (tasks.length === 0)
    return `${paint.good('Nothing to do')}: ${counted(fresh, 'output')} ${fresh === 1 ? 'is' : 'are'} fresh. (${took})`;
  const word = interrupted ? 'cancelled' : outcome;
  const painted =
    word === 'ok' ? paint.good(word) : word === 'waiting' ? paint.attention(word) : paint.bad(word);
  const made = of(result, 'published', 'unchanged').length;
  const others = [
    [of(result, 'blocked').length, 'blocked'],
    [of(result, 'failed', 'crashed', 'timed-out', 'lost').length, 'failed'],
    [of(result, 'upstream-failed').length, 'not run'],
    [of(result, 'waiting').length, 'waiting'],
    [of(result, 'cancelled').length, 'cancelled'],
  ] as const;
  const counts = [
    `${counted(made, 'output')} made`,
    `${numberText(fresh)} fresh`,
    ...others.filter(([count]) => count > 0).map(([count, what]) => `${numberText(count)} ${what}`),
  ];
  const costs = result.costs.map(costText);
  const cost = costs.length === 0 ? '' : ` It cost ${costs.join(' and ')}.`;
  return `Run ${paint.bold(painted)} after ${took}: ${counts.join(', ')}.${cost}`;
}

function ranLines({ result, paint, width }: SummaryFacts): readonly string[] {
  const made = of(result, 'published', 'unchanged');
  if (made.length === 0) return [];
  const rows = [...groupBy(made, nameOf)].map(([name, ended]) => {
    const published = ended.filter(({ end }) => end.kind === 'published').length;
    const unchanged = ended.length - published;
    const counts = [
      ...(published > 0 ? [`${numberText(published)} published`] : []),
      ...(unchanged > 0 ? [`${numberText(unchanged)} unchanged`] : []),
    ];
    return [name, counts.join(', '), membersText(ended.map(({ task }) => task))];
  });
  return [paint.bold('Ran'), ...indented(rangedLines(rows, width - 2, paint.dim))];
}

function restatedLines({ result, paint, width }: SummaryFacts): readonly string[] {
  const lines = causeLines(result.tasks, width - 2);
  return lines.length === 0 ? [] : [paint.bold('Restated, because'), ...indented(lines)];
}

function failedLines({ result, paint, width }: SummaryFacts): readonly string[] {
  const failed = of(result, 'failed', 'crashed', 'timed-out', 'lost');
  if (failed.length === 0) return [];
  const groups = [
    ...groupBy(failed, (ended) => `${nameOf(ended)} ${withoutDays(failureText(ended.end))}`).values(),
  ];
  const lines = groups.slice(0, mostFailures).flatMap((ended) => {
    const [{ task, end }] = ended as readonly [Ended, ...Ended[]];
    const code = 'error' in end ? ` [${end.error.code}]` : '';
    const tasks = ended.map((each) => each.task);
    const who = ended.length === 1 ? task : `${splitTaskId(task).name} ${membersText(tasks)}`;
    const first = ended.length === 1 ? [] : [paint.dim(`the first of them, ${task}:`)];
    return [
      `${paint.bad(who)} ${end.kind}${code}`,
      ...indented([
        ...first,
        ...paragraphLines(failureText(end), width - 6),
        ...belowLines(result, tasks, width - 6),
      ]),
    ];
  });
  const more = groups.length - mostFailures;
  const rest = more > 0 ? [`and ${counted(more, 'other failure')}; --json lists all`] : [];
  return [paint.bold('Failed'), ...indented([...lines, ...rest])];
}

/** A message in lines: its own, as far as they fit. */
function paragraphLines(message: string, width: number): readonly string[] {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => (widthOf(line) <= width ? [line] : wrapped(line, width)));
}

/** A message with its days taken out, so that the same fault on many days is told once. */
function withoutDays(message: string): string {
  return message.replaceAll(/\d{4}-\d{2}-\d{2}/g, 'D');
}

function blockedLines(facts: SummaryFacts): readonly string[] {
  const { result, paint, width } = facts;
  const blocked = of(result, 'blocked') as readonly EndedAs<'blocked'>[];
  if (blocked.length === 0) return [];
  const lines = blocked.flatMap(({ task, end }) => [
    `${paint.bad(task)} is not published: a control does not hold`,
    ...indented(
      end.controls.filter((control) => !control.held).flatMap((control) => controlLines(control, width - 8)),
    ),
    ...indented([`The staged data is kept at ${end.stage}`, ...belowLines(result, [task], width - 6)]),
  ]);
  return [paint.bold('Blocked'), ...indented(lines)];
}

/** A control that does not hold: its name, its figures, the rows that break it, the remedy. */
export function controlLines(control: ControlResult, width: number): readonly string[] {
  const figures = figuresText(control.figures);
  const offenders = control.offenders ?? [];
  const names = [...new Set(offenders.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => ({
    title: name,
    right: offenders.every((row) => /^-?\d[\d.]*$|^$/.test(row[name] ?? '')),
  }));
  const table = tableLines(
    columns,
    offenders.map((row) => names.map((name) => row[name] ?? null)),
  );
  const fit = table.every((line) => widthOf(line) <= width - 2);
  const rows = offenders.map((row) => names.map((name) => `${name} ${row[name] ?? '(none)'}`).join(', '));
  const shown = fit ? table : rows.flatMap((row) => wrapped(row, width - 2));
  return [
    `control ${control.name}`,
    ...(figures === '' ? [] : indented(wrapped(figures, width))),
    ...(offenders.length === 0 ? [] : indented(shown, '    ')),
    ...(control.remedy === undefined ? [] : indented(wrapped(control.remedy, width))),
  ];
}

function belowLines(result: RunResult, culprits: readonly TaskId[], width: number): readonly string[] {
  const below = result.tasks.filter(
    ({ end }) => end.kind === 'upstream-failed' && culprits.includes(end.culprit),
  );
  if (below.length === 0) return [];
  const names = [...byName(below.map(({ task }) => task))].map(([name, ids]) =>
    `${name} ${membersText(ids)}`.trim(),
  );
  const shown =
    names.length <= 3
      ? names.join('; ')
      : `${names.slice(0, 2).join('; ')}; and ${names.length - 2} more names`;
  return wrapped(`${counted(below.length, 'task')} below did not run: ${shown}`, width);
}

function waitingSection({ result, paint }: SummaryFacts): readonly string[] {
  const waiting = of(result, 'waiting') as readonly EndedAs<'waiting'>[];
  if (waiting.length === 0) return [];
  return [
    paint.bold('Waiting'),
    ...indented(waitingLines(waiting.map(({ task, end }) => ({ task, for: end.for })))),
  ];
}

function cancelledLines({ result, paint }: SummaryFacts): readonly string[] {
  const cancelled = of(result, 'cancelled');
  if (cancelled.length === 0) return [];
  const rows = [...byName(cancelled.map(({ task }) => task))].map(([name, ids]) => [name, membersText(ids)]);
  return [paint.bold('Cancelled'), ...indented(alignedLines(rows))];
}

function unverifiedLines({ result, paint }: SummaryFacts): readonly string[] {
  const unverified = result.tasks.filter(({ end }) => 'unverified' in end && end.unverified === true);
  if (unverified.length === 0) return [];
  const rows = [...byName(unverified.map(({ task }) => task))].map(([name, ids]) => [name, membersText(ids)]);
  const why = 'their source had no totals to hold them against';
  return [`${paint.bold('Unverified')}: ${why}`, ...indented(alignedLines(rows))];
}

function unclosedLines({ result, paint, width }: SummaryFacts): readonly string[] {
  if (result.unclosed.length === 0) return [];
  const lines = result.unclosed.flatMap(({ runner, error }) => [
    `${paint.bad(runner)} [${error.code}]`,
    ...indented(paragraphLines(error.message, width - 6)),
  ]);
  return [`${paint.bold('Not let go of')}, and it may cost`, ...indented(lines)];
}

function nextLines({
  result,
  interrupted,
  words,
  everywhere,
  paint,
  width,
}: SummaryFacts): readonly string[] {
  const again = commandText(words);
  const next = (...rows: readonly (readonly [string, string])[]): readonly string[] => {
    const lines = alignedLines(rows);
    const fit = lines.every((line) => widthOf(line) <= width - 2);
    const shown = fit ? lines : rows.flatMap(([line, note]) => [line, ...indented([paint.dim(note)])]);
    return [paint.bold('Next'), ...indented(shown)];
  };
  if (interrupted) return next([again, 'goes on; what is made stays']);
  const [culprit] = of(result, 'blocked', 'failed', 'crashed', 'timed-out', 'lost');
  if (culprit !== undefined) {
    return next(
      [taskCommand('why', [culprit.task], everywhere), 'what is known of it'],
      [again, 'once it is seen to; only what is missing runs'],
    );
  }
  return result.outcome === 'waiting' ? next([again, 'when it is there']) : [];
}

function of(result: RunResult, ...kinds: readonly TaskEnd['kind'][]): readonly Ended[] {
  return result.tasks.filter(({ end }) => kinds.includes(end.kind));
}

function nameOf({ task }: Ended): string {
  return splitTaskId(task).name;
}
