import type { AttemptEnd, Prepared, Progress, RunAttempt, TaskId, TaskName } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import type { Tally } from '../terminal/run-tally.ts';
import { alignedLines } from './columns.ts';
import { counted, durationText, numberText } from './ranges.ts';
import { cut } from './text-width.ts';
import { reasonText } from './words.ts';

/** One attempt that ended. */
export interface EndedAttempt {
  readonly attempt: RunAttempt;
  readonly end: AttemptEnd;
  readonly durationMs: number;
  /** How long until it is tried again; undefined when it is not. */
  readonly retryInMs: number | undefined;
  /** Whether its output is files, which have no rows to count. */
  readonly files: boolean;
}

/** A line for one attempt that ended; none when it was found fresh. */
export function attemptLine({
  attempt: { task, number },
  end,
  durationMs,
  retryInMs,
  files,
}: EndedAttempt): string | undefined {
  if (end.kind === 'fresh') return undefined;
  const retry = retryInMs === undefined ? '' : `, tried again in ${durationText(Math.max(0, retryInMs))}`;
  const attempt = number === 1 ? '' : `, attempt ${number}`;
  return `${end.kind} ${task}${detailText(end, files)} (${durationText(durationMs)}${attempt}${retry})`;
}

function detailText(end: AttemptEnd, files: boolean): string {
  switch (end.kind) {
    case 'published':
    case 'unchanged':
      return ` version ${end.version}, ${files ? '' : `${counted(end.rows, 'row')}, `}${reasonText(end.reason)}`;
    case 'failed':
    case 'crashed':
      return `: ${firstLine(end.error.message)} [${end.error.code}]`;
    case 'blocked':
      return `: ${end.controls
        .filter((control) => !control.held)
        .map((control) => control.name)
        .join(', ')}`;
    case 'waiting':
      return ` for ${end.for}`;
    case 'superseded':
      return end.disagreeing.length === 0
        ? ': somebody published first'
        : `: inputs disagree, ${end.disagreeing.join(', ')}`;
    default:
      return '';
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

/** The names of the tasks of a run whose output is files. */
export function fileTasks(prepared: Pick<Prepared, 'graph'>): ReadonlySet<TaskName> {
  const made = [...prepared.graph.values()].filter(({ task }) => task.definition.output?.kind === 'files');
  return new Set(made.map(({ task }) => task.name));
}

/** Says how many published outputs a change of code restates; nothing when it restates none. */
export function restatedLine(prepared: Pick<Prepared, 'plan' | 'graph' | 'current'>): string | undefined {
  const restated = new Set<TaskId>();
  let below = 0;
  const changed = [...prepared.plan].filter(
    ([, planned]) => planned.kind === 'run' && planned.reason.kind === 'code-changed',
  );
  for (const [task] of changed) restated.add(task);
  if (restated.size === 0) return undefined;
  for (const { task, inputIds } of prepared.graph.values()) {
    if (restated.has(task.id) || !inputIds.some((id) => restated.has(id))) continue;
    restated.add(task.id);
    if (prepared.current(task.id) !== undefined) below += 1;
  }
  const more = below === 0 ? '' : ` ${counted(below, 'output')} made from them may follow.`;
  return `A change of code restates ${counted(changed.length, 'published output')}.${more}`;
}

/** What a worker is doing now. */
export interface RunningAttempt {
  readonly task: TaskId;
  readonly startedMs: number;
  readonly progress: Progress | undefined;
}

/** All that the live display shows at one moment. */
export interface LiveFacts extends Tally {
  readonly startedMs: number;
  readonly nowMs: number;
  readonly stopping: boolean;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

const barWidth = 24;
const mostStill = 4;

/** The lines of the live display: how far the run is, then what each worker does. None is wider than the terminal. */
export function liveLines(facts: LiveFacts): readonly string[] {
  const { running, nowMs, paint, width, height } = facts;
  const room = Math.max(1, height - 3);
  const shown = running.slice(0, room);
  const rows = shown.map((each) => [
    each.task,
    clockText(nowMs - each.startedMs),
    progressText(each.progress),
  ]);
  const more = running.length > room ? [`and ${running.length - room} more`] : [];
  return [
    headLine(facts),
    ...[...alignedLines(rows), ...more].map((line) => paint.dim(cut(`  ${line}`, width - 1))),
  ];
}

/**
 * A line for a log in which nothing has happened for a while: what runs, for how long, how far it is.
 * `transactions/date=2018-07-24 for 1 min 5 s, fetch 1,200,000 of 8,800,000 postings, 13 %`.
 */
export function stillLine({ running, nowMs }: Pick<LiveFacts, 'running' | 'nowMs'>): string | undefined {
  const [first, ...others] = running;
  if (first === undefined) return undefined;
  const text = ({ task, startedMs, progress }: RunningAttempt): string =>
    [
      `${task} for ${clockText(nowMs - startedMs)}`,
      ...(progress === undefined ? [] : [progressText(progress)]),
    ].join(', ');
  const shown = [first, ...others].slice(0, mostStill).map(text);
  const more = running.length - shown.length;
  return `still running: ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ')}`;
}

/** How far a run is, before a line of a log: `[ 12/285]`. */
export function countText({ done, total }: Pick<Tally, 'done' | 'total'>): string {
  return `[${String(done).padStart(String(total).length)}/${total}]`;
}

function headLine({
  done,
  total,
  failed,
  blocked,
  waiting,
  startedMs,
  nowMs,
  stopping,
  width,
  paint,
}: LiveFacts): string {
  const filled = total === 0 ? 0 : Math.min(barWidth, Math.floor((done / total) * barWidth));
  const counts = [
    total === 0 ? 'planning' : `${numberText(done)} of ${numberText(total)} done`,
    ...(failed > 0 ? [`${numberText(failed)} failed`] : []),
    ...(blocked > 0 ? [`${numberText(blocked)} blocked`] : []),
    ...(waiting > 0 ? [`${numberText(waiting)} waiting`] : []),
    clockText(nowMs - startedMs),
    ...(stopping ? ['stopping; once more to stop at once'] : []),
  ].join(', ');
  if (width <= barWidth + counts.length + 1) return cut(counts, width - 1);
  return `${paint.good('━'.repeat(filled))}${paint.dim('╌'.repeat(barWidth - filled))} ${counts}`;
}

/** A duration that is drawn again and again: in whole seconds, so that it does not flicker. */
function clockText(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : durationText(seconds * 1000);
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return 'starting';
  const { phase, done, total, unit } = progress;
  if (done === undefined) return phase;
  const whole = total === undefined ? '' : ` of ${numberText(total)}`;
  const share = total === undefined || total === 0 ? '' : `, ${Math.floor((done / total) * 100)} %`;
  return `${phase} ${numberText(done)}${whole}${unit === undefined ? '' : ` ${unit}`}${share}`;
}
