import type { RunObserver, TaskName } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import { attemptLine, countText, fileTasks, restatedLine, stillLine } from '../render/progress.ts';
import type { Output } from './output.ts';
import type { RunDisplay } from './run-display.ts';
import { RunTally } from './run-tally.ts';

/** After how long without a line a log is told what is still running. */
const quietMs = 30_000;

/** Progress where there is no terminal: one line for each attempt that ended, none for those found fresh. */
export function plainProgress(output: Output, nowMs: () => number): RunDisplay {
  const tally = new RunTally();
  let filesOf: ReadonlySet<TaskName> = new Set();
  let closed = false;
  const line = (text: string | undefined): void => {
    if (text === undefined) return;
    quiet.refresh();
    void output.write(`${text}\n`);
  };
  const counted = (text: string | undefined): void => {
    if (text !== undefined) line(`${countText(tally)} ${text}`);
  };
  const quiet = setInterval(
    () => counted(stillLine({ running: tally.running, nowMs: nowMs() })),
    quietMs,
  ).unref();
  const observer: RunObserver = {
    planned: (prepared) => {
      tally.planned(prepared);
      filesOf = fileTasks(prepared);
      line(restatedLine(prepared));
    },
    started: (attempt) => tally.started(attempt, nowMs()),
    progress: (_task, progress) => tally.progress(progress),
    ended: (attempt, end, retryAtMs) => {
      const again = retryAtMs !== undefined || end.kind === 'superseded';
      const durationMs = tally.ended(attempt, end, again, nowMs());
      const retryInMs = retryAtMs === undefined ? undefined : retryAtMs - nowMs();
      counted(
        attemptLine({
          attempt,
          end,
          durationMs,
          retryInMs,
          files: filesOf.has(splitTaskId(attempt.task).name),
        }),
      );
    },
    again: (tasks) => {
      tally.again(tasks);
      line(
        `${tasks.length} became stale meanwhile and ${tasks.length === 1 ? 'is' : 'are'} run again in this run.`,
      );
    },
    journalLost: line,
  };
  return {
    observer,
    note: (why) => void output.write(`${why}\n`),
    stopping: () => {
      if (!closed) line('Stopping: attempts are ended, what is published stays.');
    },
    close: () => {
      closed = true;
      clearInterval(quiet);
    },
  };
}
