import type { Day, Manifest, Planned, TaskId } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import type { JournalledEnd } from '../journal-search.ts';
import type { Paint } from '../terminal/paint.ts';
import { alignedLines, indented, wrapped } from './columns.ts';
import { bytesText, counted, durationText, groupBy, membersText } from './ranges.ts';
import { controlLines } from './run-summary.ts';
import { cut, widthOf } from './text-width.ts';
import { costText, failureText, figuresText, reasonText, taskCommand } from './words.ts';

/** One input of the output that is explained. */
export interface InputFact {
  readonly input: string;
  readonly task: TaskId;
  readonly planned: Planned;
  /** The version that the current version of the output was made from. */
  readonly recorded: number | undefined;
  /** The version there is now. */
  readonly current: number | undefined;
  /** Whether both have the same fingerprint. */
  readonly same: boolean;
  readonly wrapper: boolean;
  /** It was an input then and is none now. */
  readonly gone?: boolean;
}

export interface WhyFacts {
  readonly task: TaskId;
  readonly kind: 'wrapper' | 'external' | 'load' | 'sql' | 'code' | 'spark';
  readonly planned: Planned;
  readonly current: Manifest | undefined;
  readonly codeDigest: string;
  readonly inputs: readonly InputFact[];
  /** How it last ended, when that published nothing. */
  readonly last: JournalledEnd | undefined;
  readonly today: Day;
  readonly everywhere: readonly string[];
  readonly width: number;
  readonly paint: Paint;
}

const widestControl = 60;

/** Explains one output: its state and why, its current version, its inputs, its last failure, what to do. */
export function whyText(facts: WhyFacts): string {
  const { task, paint } = facts;
  const lines = [
    `${paint.bold(task)} ${stateWord(facts)}`,
    ...indented(stateSentences(facts).flatMap((sentence) => wrapped(sentence, facts.width - 2))),
    ...section(
      paint,
      'Current version',
      facts.current === undefined ? [] : versionLines(facts.current, facts),
    ),
    ...section(
      paint,
      'Controls',
      facts.current === undefined ? [] : passedLines(facts.current, facts.width - 2),
    ),
    ...section(paint, 'Inputs', inputLines(facts)),
    ...section(paint, 'Last attempt', lastLines(facts)),
    ...section(paint, 'Next', nextLines(facts)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as a document. */
export function whyDocument({
  task,
  kind,
  planned,
  current,
  codeDigest,
  inputs,
  last,
  today,
}: WhyFacts): unknown {
  return { task, kind, today, planned, codeDigest, current: current ?? null, inputs, last: last ?? null };
}

function section(paint: Paint, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', paint.bold(title), ...indented(lines)];
}

function stateWord({ planned, current, paint, kind }: WhyFacts): string {
  if (planned.kind === 'fresh') return paint.good(kind === 'wrapper' ? 'is complete' : 'is fresh');
  if (planned.kind === 'waiting') return paint.attention('is waiting');
  if (current === undefined) return paint.bad(kind === 'wrapper' ? 'is not complete' : 'is missing');
  return paint.attention(planned.kind === 'run' ? 'is stale' : 'may be stale');
}

function stateSentences({ planned, current, kind, today, task }: WhyFacts): readonly string[] {
  if (planned.kind === 'waiting') return [`It waits for ${planned.for}.`];
  if (planned.kind === 'may-run' && kind === 'wrapper')
    return [`It stands for ${planned.above} among others, and that is not fresh.`];
  if (planned.kind === 'may-run') {
    return [
      `${planned.above}, which it is made from, is not fresh; when that has run, it is decided whether this must.`,
    ];
  }
  if (planned.kind === 'fresh') {
    if (kind === 'wrapper') return ['Everything that it stands for is fresh.'];
    if (kind === 'load') return ['It has been fetched, and is not due to be fetched again.'];
    if (kind === 'external') return ['Another project publishes it.'];
    return ['Its code and its inputs are those that it was made from.'];
  }
  const { reason } = planned;
  switch (reason.kind) {
    case 'missing':
      return [`No version of it has ever been published.`];
    case 'input-changed':
      return [
        `input-changed: it was made from ${reason.input} version ${reason.from ?? '(none)'}, and now there is ${reason.to === null ? 'no such input' : `version ${reason.to}`}.`,
      ];
    case 'code-changed':
      return [
        `code-changed: its job, its columns or its controls are not those that version ${current?.version} was made with.`,
      ];
    case 'refetch-due':
      return [
        `refetch-due: it was fetched on ${reason.fetchedOn}, and is to be fetched again (today is ${today}). What ${splitTaskId(task).name} has published is not called stale for that.`,
      ];
    case 'forced':
      return ['forced: it was asked for with --force.'];
  }
}

function versionLines(manifest: Manifest, facts: WhyFacts): readonly string[] {
  const {
    version,
    publishedAt,
    attempt,
    rows,
    parts,
    output,
    codeDigest,
    fingerprint,
    runner,
    durationMs,
    cost,
    reason,
    source,
  } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const size = `${output.kind === 'table' ? `${counted(rows, 'row')} in ` : ''}${counted(parts.length, output.kind === 'table' ? 'part' : 'file')}, ${bytesText(bytes)}`;
  const code =
    facts.kind === 'load' || codeDigest === facts.codeDigest ? '' : `, now ${facts.codeDigest.slice(0, 12)}`;
  return alignedLines([
    ['version', `${version}, published ${publishedAt} (today was ${manifest.today})`],
    ['reason', reasonText(reason)],
    ['output', size],
    ['fingerprint', fingerprint.slice(0, 12)],
    ['code digest', `${codeDigest.slice(0, 12)}${code}`],
    ['attempt', attempt],
    ['runner', figuresText(runner)],
    ['duration', durationText(durationMs)],
    ...(cost === undefined ? [] : [['cost', costText(cost)]]),
    ...(source === undefined ? [] : [['source', sourceText(source)]]),
  ]);
}

function sourceText(source: Manifest['source']): string {
  if (typeof source !== 'object' || source === null) return String(source);
  return Object.entries(source)
    .map(([name, fact]) => `${name} ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`)
    .join(', ');
}

/** Each control with its figures: beside it where all fit, else below it. */
function passedLines({ controls }: Manifest, width: number): readonly string[] {
  const rows = controls.map(
    ({ name, held, figures }) => [held ? '✓' : '✗', name, figuresText(figures)] as const,
  );
  const lines = alignedLines(rows.map(([mark, name, figures]) => [mark, cut(name, widestControl), figures]));
  if (lines.every((line) => widthOf(line) <= width)) return lines;
  return rows.flatMap(([mark, name, figures]) => [
    cut(`${mark}  ${name}`, width),
    ...indented(wrapped(figures, width - 5), '     '),
  ]);
}

function inputLines({ inputs, current, paint }: WhyFacts): readonly string[] {
  const groups = groupBy(
    inputs,
    (each) => `${each.input} ${splitTaskId(each.task).name} ${inputState(each, current)}`,
  );
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const state = inputState(first, current);
    const tasks = membersText(group.map(({ task }) => task));
    return [
      [
        first.input,
        group.length === 1 ? first.task : `${splitTaskId(first.task).name} ${tasks}`,
        state === 'the same' ? paint.dim(state) : paint.attention(state),
      ],
    ];
  });
  return alignedLines(rows);
}

/** What became of an input since. */
function inputState(fact: InputFact, current: Manifest | undefined): string {
  const ahead = aheadText(fact.planned);
  if (fact.gone === true) return `version ${fact.recorded} then, no input now`;
  if (fact.wrapper) return ahead === '' ? 'complete' : `not complete${ahead}`;
  if (fact.current === undefined) return `missing${ahead}`;
  if (current === undefined) return `version ${fact.current}${ahead}`;
  if (fact.recorded === undefined) return `new, version ${fact.current}${ahead}`;
  if (fact.same) return ahead === '' ? 'the same' : `the same${ahead}`;
  return `version ${fact.recorded} then, ${fact.current} now${ahead}`;
}

/** What is to come of an input, in a few words. */
function aheadText(planned: Planned): string {
  if (planned.kind === 'fresh') return '';
  if (planned.kind === 'run')
    return planned.reason.kind === 'missing' ? ', will run' : `, will run, ${planned.reason.kind}`;
  return planned.kind === 'waiting' ? ', waiting' : ', may run';
}

function lastLines({ last, width }: WhyFacts): readonly string[] {
  if (last === undefined) return [];
  const { run, at, end, number, durationMs } = last;
  const took = durationMs === undefined ? '' : ` after ${durationText(durationMs)}`;
  const which = number === undefined ? '' : `, attempt ${number}`;
  const head = `${end.kind}${took} at ${at} (run ${run}${which})`;
  if (end.kind !== 'blocked') return [head, ...wrapped(failureText(end), width - 4)];
  const broken = end.controls.filter((control) => !control.held);
  return [
    head,
    ...broken.flatMap((control) => controlLines(control, width - 6)),
    `The staged data is kept at ${end.stage}`,
  ];
}

function nextLines({ task, planned, last, kind, everywhere }: WhyFacts): readonly string[] {
  const run = taskCommand('run', [task], everywhere);
  if (planned.kind === 'fresh' || kind === 'external') return [];
  if (planned.kind === 'waiting') return [`${run}  when it is there`];
  if (last?.end.kind === 'upstream-failed') return [taskCommand('why', [last.end.culprit], everywhere)];
  return [last === undefined ? run : `${run}  once that is seen to`];
}
