import type { AttemptEnd, Prepared, RunAttempt, TaskName } from '@daybook/core';
import { splitTaskId } from '@daybook/core';
import { attemptLine, fileTasks, restatedLine } from '../render/progress.ts';
import type { RunTally } from './run-tally.ts';

/** What a run says while it goes on, whatever shows it; undefined where there is nothing to say. */
export interface RunLines {
  planned(prepared: Prepared): string | undefined;
  ended(attempt: RunAttempt, end: AttemptEnd, retryAtMs: number | undefined): string | undefined;
}

/** Keeps `tally` up to date with what it is told, and puts it into words. */
export function runLines(tally: RunTally, nowMs: () => number): RunLines {
  let filesOf: ReadonlySet<TaskName> = new Set();
  return {
    planned(prepared) {
      tally.planned(prepared);
      filesOf = fileTasks(prepared);
      return restatedLine(prepared);
    },
    ended(attempt, end, retryAtMs) {
      const again = retryAtMs !== undefined || end.kind === 'superseded';
      const durationMs = tally.ended(attempt, end, again, nowMs());
      const retryInMs = retryAtMs === undefined ? undefined : retryAtMs - nowMs();
      const files = filesOf.has(splitTaskId(attempt.task).name);
      return attemptLine({ attempt, end, durationMs, retryInMs, files });
    },
  };
}
