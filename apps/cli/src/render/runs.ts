import type { AheadView, PausedView, RunView, TaskView, WorkerView } from '@daybook/core';
import { commandText, isGood } from '@daybook/core';
import { counted, durationText } from './ranges.ts';
import type { TextReport } from './report.ts';

/** The runs of a scheduler, the newest first, and whether anything keeps them from going on. */
export function runsReport(runs: readonly RunView[], paused: PausedView, nowMs: number): TextReport {
  const open = runs.filter(({ endedMs }) => endedMs === undefined).length;
  const headline =
    runs.length === 0 ? 'There is no run yet.' : `${counted(runs.length, 'run')}, ${open} of them open.`;
  return {
    headline,
    columns: [
      { title: 'run' },
      { title: 'how' },
      { title: 'done', right: true },
      { title: 'since' },
      { title: 'took' },
      { title: 'command' },
    ],
    rows: runs.map((run) => [
      run.run,
      run.outcome ?? 'open',
      doneText(run),
      timeText(run.submittedMs),
      durationText((run.endedMs ?? nowMs) - run.submittedMs),
      commandText(run.command ?? []),
    ]),
    notes: pausedNotes(paused),
  };
}

function pausedNotes({ all, names }: PausedView): readonly string[] {
  if (all) return ['Everything is paused, and nothing begins: daybook resume goes on.'];
  if (names.length === 0) return [];
  return [`Paused, so that none of them begins: ${names.join(', ')}. daybook resume goes on.`];
}

/** Who works for it. */
export function workersReport(workers: readonly WorkerView[], nowMs: number): TextReport {
  const headline =
    workers.length === 0
      ? 'No worker was seen in the last day: start one with daybook worker.'
      : `${counted(workers.length, 'worker')} in the last day.`;
  return {
    headline,
    columns: [
      { title: 'worker' },
      { title: 'runners' },
      { title: 'attempts', right: true },
      { title: 'seen' },
      { title: 'project' },
    ],
    rows: workers.map(({ name, runners, attempts, seenMs, project }) => [
      name,
      runners.join(', '),
      String(attempts.length),
      `${durationText(Math.max(0, nowMs - seenMs))} ago`,
      projectText(project),
    ]),
    notes: [],
  };
}

/** What is left for each runner. */
export function aheadReport(ahead: readonly AheadView[]): TextReport {
  const total = ahead.reduce((sum, { ready, running, waiting }) => sum + ready + running + waiting, 0);
  return {
    headline: `${counted(total, 'task')} ahead.`,
    columns: [
      { title: 'runner' },
      { title: 'running', right: true },
      { title: 'ready', right: true },
      { title: 'waiting', right: true },
      { title: 'project' },
    ],
    rows: ahead.map(({ runner, running, ready, waiting, project }) => [
      runner,
      String(running),
      String(ready),
      String(waiting),
      projectText(project),
    ]),
    notes: [],
  };
}

/** One run: how it stands, and the tasks that are not done. */
export function runReport(run: RunView, tasks: readonly TaskView[], nowMs: number): TextReport {
  const took = durationText((run.endedMs ?? nowMs) - run.submittedMs);
  const left = tasks.filter(
    ({ state, end, wrapper }) => !wrapper && !(state === 'ended' && (end === undefined || isGood(end))),
  );
  const how = run.outcome === undefined ? `is open for ${took}` : `ended ${run.outcome} after ${took}`;
  return {
    headline: `Run ${run.run} ${how}: ${countsText(run)}.`,
    columns: [
      { title: 'task' },
      { title: 'how' },
      { title: 'attempts', right: true },
      { title: 'why', widest: 200 },
    ],
    rows: left.map((view) => [
      view.task,
      view.end?.kind ?? view.state,
      String(view.attempts),
      whyText(view, nowMs),
    ]),
    notes: run.command === undefined ? [] : [`It was asked for by: ${commandText(run.command)}`],
  };
}

function whyText({ end, attempt, retryAtMs }: TaskView, nowMs: number): string {
  if (attempt !== undefined) return `${attempt.worker}, for ${durationText(nowMs - attempt.sinceMs)}`;
  if (retryAtMs !== undefined) return `again in ${durationText(Math.max(0, retryAtMs - nowMs))}`;
  if (end === undefined) return '';
  if (end.kind === 'upstream-failed') return `below ${end.culprit}`;
  if (end.kind === 'waiting') return end.for;
  if (end.kind === 'blocked')
    return end.controls
      .filter(({ held }) => !held)
      .map(({ name }) => name)
      .join(', ');
  return 'error' in end ? `${end.error.message.split('\n')[0]} [${end.error.code}]` : '';
}

function doneText({ counts }: RunView): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { published = 0, unchanged = 0, fresh = 0 } = counts;
  return `${published + unchanged + fresh}/${total}`;
}

function countsText({ counts }: RunView): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function projectText(project: RunView['project']): string {
  return project === undefined ? '' : `${project.target} ${project.digest.slice(0, 12)}`;
}
