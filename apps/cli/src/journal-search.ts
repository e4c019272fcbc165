import type { JournalEntry, TaskEnd, TaskId } from '@daybook/core';
import { journalRuns, readJournal } from '@daybook/core';

/** One attempt, or the end of a task without one, as a journal tells it. */
export interface JournalledEnd {
  readonly run: string;
  readonly at: string;
  /** Absent where the task ended without an attempt, as below a failure. */
  readonly attempt?: string;
  readonly number?: number;
  readonly end: TaskEnd;
  readonly durationMs?: number;
}

const mostRuns = 200;

/** How one task ended in the newest runs on this machine, newest first. Journals are read one by one, as far as asked for. */
export function* endsOf(stateFolder: string, task: TaskId): Generator<JournalledEnd> {
  for (const run of journalRuns(stateFolder).slice(0, mostRuns)) {
    const entries = readJournal(stateFolder, run).filter(
      (entry) => 'task' in entry && entry.task === task && entry.kind !== undefined,
    );
    const attempts = entries.flatMap((entry) => attemptIn(entry, run, entries));
    const ends = entries.flatMap((entry): readonly JournalledEnd[] =>
      entry.kind === 'task-ended' && attempts.length === 0 ? [{ run, at: entry.at, end: entry.end }] : [],
    );
    yield* [...attempts, ...ends].toReversed();
  }
}

/** Whether an end is one that published nothing and was no answer either. */
export function isFailure(end: TaskEnd): boolean {
  return !['published', 'unchanged', 'fresh'].includes(end.kind);
}

function attemptIn(
  entry: JournalEntry,
  run: string,
  entries: readonly JournalEntry[],
): readonly JournalledEnd[] {
  if (entry.kind !== 'attempt-ended' || entry.end.kind === 'superseded') return [];
  const started = entries.find((each) => each.kind === 'attempt-started' && each.attempt === entry.attempt);
  const number = started?.kind === 'attempt-started' ? { number: started.number } : {};
  return [
    { run, at: entry.at, attempt: entry.attempt, end: entry.end, durationMs: entry.durationMs, ...number },
  ];
}
