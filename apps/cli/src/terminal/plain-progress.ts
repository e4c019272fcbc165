import type { RunObserver, TaskName } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import { attemptLine, fileTasks, restatedLine } from '../render/progress.ts';
import type { Output } from './output.ts';
import type { RunDisplay } from './run-display.ts';

/** Progress where there is no terminal: one line for each attempt that ended, none for those found fresh. */
export function plainProgress(output: Output, nowMs: () => number): RunDisplay {
  const startedMs = new Map<string, number>();
  let filesOf: ReadonlySet<TaskName> = new Set();
  const line = (text: string | undefined): void => {
    if (text !== undefined) void output.write(`${text}\n`);
  };
  const observer: RunObserver = {
    planned: (prepared) => {
      filesOf = fileTasks(prepared);
      line(restatedLine(prepared));
    },
    started: (lease) => startedMs.set(lease.attempt, nowMs()),
    ended: (lease, end, retryAtMs) => {
      const durationMs = nowMs() - (startedMs.get(lease.attempt) ?? nowMs());
      const retryInMs = retryAtMs === undefined ? undefined : retryAtMs - nowMs();
      line(
        attemptLine({ lease, end, durationMs, retryInMs, files: filesOf.has(splitTaskId(lease.task).name) }),
      );
    },
    again: (tasks) =>
      line(
        `${tasks.length} became stale meanwhile and ${tasks.length === 1 ? 'is' : 'are'} run again in this run.`,
      ),
  };
  return {
    observer,
    stopping: () => line('Stopping: attempts are ended, what is published stays.'),
    close: () => {},
  };
}
