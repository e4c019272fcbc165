import type { RunObserver } from '@daybook/core';
import { countText, stillLine } from '../render/progress.ts';
import type { Output } from './output.ts';
import type { RunDisplay } from './run-display.ts';
import { runLines } from './run-lines.ts';
import { RunTally } from './run-tally.ts';

/** After how long without a line a log is told what is still running. */
const quietMs = 30_000;

/** Progress where there is no terminal: one line for each attempt that ended, none for those found fresh. */
export function plainProgress(output: Output, nowMs: () => number): RunDisplay {
  const tally = new RunTally();
  const lines = runLines(tally, nowMs);
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
    planned: (prepared) => line(lines.planned(prepared)),
    started: (attempt) => tally.started(attempt, nowMs()),
    progress: (_task, progress) => tally.progress(progress),
    ended: (attempt, end, retryAtMs) => counted(lines.ended(attempt, end, retryAtMs)),
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
