import type { SchedulerEvent } from '@daybook/core';
import type { AttemptRow, EndedRun } from './store/history.ts';

/** What of the things that happened goes into the history: what has ended. */
export function endedOf(
  events: readonly SchedulerEvent[],
  atMs: number,
): { readonly attempts: readonly AttemptRow[]; readonly runs: readonly EndedRun[] } {
  return {
    attempts: events.flatMap((event): readonly AttemptRow[] => {
      if (event.kind !== 'attempt-ended') return [];
      const { attempt, run, task, number, worker, runner, durationMs, end } = event;
      return [
        {
          attempt,
          run,
          task,
          number,
          worker,
          runner,
          startedMs: atMs - durationMs,
          endedMs: atMs,
          outcome: end.kind,
          facts: JSON.stringify(end),
        },
      ];
    }),
    runs: events.flatMap((event): readonly EndedRun[] => {
      if (event.kind !== 'run-ended') return [];
      const { run, submittedMs, outcome = 'ok' } = event.run;
      return [{ run, submittedMs, endedMs: atMs, outcome, facts: JSON.stringify(event.run) }];
    }),
  };
}
