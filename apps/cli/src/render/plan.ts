import type { Day, Planned, Reason, TaskId } from '@daybook/core';
import { commandText, splitTaskId } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { counted, groupBy, membersText, numberText } from './ranges.ts';
import { rangedLines } from './ranged-lines.ts';
import { reasonFacts } from './run-document.ts';
import { waitingLines } from './waiting.ts';
import { changeText } from './words.ts';

/** What a plan says of one task with an output. */
export interface PlannedTask {
  readonly task: TaskId;
  readonly planned: Planned;
  /** Whether it has a version. */
  readonly published: boolean;
}

export interface PlanFacts {
  readonly tasks: readonly PlannedTask[];
  readonly today: Day;
  readonly words: readonly string[];
  readonly width: number;
  readonly paint: Paint;
}

type Line = readonly [string, string, string];

/** A plan as text: what will run and why, what may run, what waits, and how much is fresh, by task name. */
export function planText({ tasks, today, words, width, paint }: PlanFacts): string {
  const of = <K extends Planned['kind']>(kind: K): readonly PlannedTask[] =>
    tasks.filter(({ planned }) => planned.kind === kind);
  const [run, may, waiting, fresh] = [of('run'), of('may-run'), of('waiting'), of('fresh')];
  const parts = [
    ...(run.length > 0 ? [`${numberText(run.length)} will run`] : []),
    ...(may.length > 0 ? [`${numberText(may.length)} may run`] : []),
    ...(waiting.length > 0 ? [`${numberText(waiting.length)} waiting`] : []),
    `${numberText(fresh.length)} fresh`,
  ];
  const head =
    run.length + may.length === 0
      ? `${paint.good('Nothing would run')}: ${parts.join(', ')}`
      : `${paint.bold('Plan')}: ${parts.join(', ')}`;
  const lines = [`${head} (today is ${today})`];
  if (run.length > 0) lines.push('', paint.bold('Will run'), ...indented(runLines(run, width - 2, paint)));
  if (may.length > 0)
    lines.push(
      '',
      paint.bold('May run, when what is above them has run'),
      ...indented(mayLines(may, width - 2, paint)),
    );
  if (waiting.length > 0) lines.push('', paint.bold('Waiting'), ...indented(waitLines(waiting, width - 2)));
  if (run.length > 0)
    lines.push(
      '',
      `${paint.bold('Next')}: ${commandText(words.map((word, index) => (index === words.indexOf('plan') ? 'run' : word)).filter((word) => word !== '--exit-code'))}`,
    );
  return `${lines.join('\n')}\n`;
}

/** A plan as a document: every task with an output, fresh ones too. */
export function planDocument(tasks: readonly PlannedTask[], today: Day): unknown {
  const count = (kind: Planned['kind']): number =>
    tasks.filter(({ planned }) => planned.kind === kind).length;
  return {
    today,
    fresh: count('fresh'),
    run: count('run'),
    mayRun: count('may-run'),
    waiting: count('waiting'),
    tasks: tasks.map(({ task, planned }) => {
      if (planned.kind === 'run') return { task, planned: 'run', ...reasonFacts(planned.reason) };
      const { kind, ...facts } = planned;
      return { task, planned: kind, ...facts };
    }),
  };
}

function runLines(run: readonly PlannedTask[], width: number, paint: Paint): readonly string[] {
  const groups = groupBy(
    run,
    ({ task, planned }) =>
      `${splitTaskId(task).name} ${planned.kind === 'run' ? reasonGroup(planned.reason) : ''}`,
  );
  const rows = [...groups.values()].flatMap((group): readonly Line[] => {
    const [first] = group;
    if (first?.planned.kind !== 'run') return [];
    const { name } = splitTaskId(first.task);
    return [[name, reasonsText(group), membersText(group.map(({ task }) => task))]];
  });
  return rangedLines(rows, width, paint.dim);
}

function mayLines(may: readonly PlannedTask[], width: number, paint: Paint): readonly string[] {
  const groups = groupBy(may, ({ task }) => splitTaskId(task).name);
  return rangedLines(
    [...groups].map(([name, group]): Line => {
      const known = group.filter(({ published }) => published).length;
      const there =
        known === group.length
          ? 'published'
          : known === 0
            ? 'missing'
            : `${known} published, ${group.length - known} missing`;
      return [name, there, membersText(group.map(({ task }) => task))];
    }),
    width,
    paint.dim,
  );
}

/** Reasons that are told as one: the same kind and, of an input, the same name and change. */
function reasonGroup(reason: Reason): string {
  if (reason.kind === 'input-changed')
    return `${reason.kind} ${splitTaskId(reason.input).name} ${reason.from} ${reason.to}`;
  return reason.kind;
}

function reasonsText(group: readonly PlannedTask[]): string {
  const reasons = group.flatMap(({ planned }) => (planned.kind === 'run' ? [planned.reason] : []));
  const [reason] = reasons;
  if (reason === undefined) return '';
  if (reason.kind === 'input-changed') {
    const inputs = new Set(reasons.flatMap((each) => (each.kind === 'input-changed' ? [each.input] : [])));
    const which =
      inputs.size === 1
        ? reason.input
        : `${splitTaskId(reason.input).name} (${counted(inputs.size, 'task')})`;
    return `input-changed: ${which} ${changeText(reason.from, reason.to)}`;
  }
  if (reason.kind !== 'refetch-due') return reason.kind;
  const fetched = [
    ...new Set(reasons.flatMap((each) => (each.kind === 'refetch-due' ? [each.fetchedOn] : []))),
  ].sort();
  return `refetch-due: fetched on ${fetched.length === 1 ? fetched[0] : `${fetched[0]} … ${fetched.at(-1)}`}`;
}

/** Long lines go on further in, so that it is seen where each begins. */
function waitLines(waiting: readonly PlannedTask[], width: number): readonly string[] {
  return waitingLines(waiting.flatMap(waitOf)).flatMap((line) => {
    const start = /^ */.exec(line)?.[0] ?? '';
    const [first = '', ...more] = wrapped(line.trimStart(), width - start.length - 2);
    return [`${start}${first}`, ...indented(more, `${start}    `)];
  });
}

function waitOf({ task, planned }: PlannedTask): readonly { readonly task: TaskId; readonly for: string }[] {
  return planned.kind === 'waiting' ? [{ task, for: planned.for }] : [];
}
