import type { TaskId } from '../task.ts';
import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { dependentsOf, endedBadly, isComplete, viewOf } from './entry.ts';
import { begin, reopen } from './flow.ts';
import type { Response, RetryRequest } from './protocol.ts';
import type { RunEntry } from './runs.ts';

/** What ended badly in a run begins anew, with its retries; says which did. */
export function retry(book: Book, { run: id, task }: RetryRequest): Response {
  const run = book.runs.get(id);
  if (run === undefined) return { kind: 'refused', why: `There is no run ${id}: see which there are.` };
  const bad = new Set([...run.tasks].filter((entry) => endedBadly(run.kept.get(entry) ?? viewOf(entry))));
  const chosen = task === undefined ? bad : chosenOf(run, bad, task);
  if (chosen === undefined) return { kind: 'refused', why: `The run ${id} has no task ${task}.` };
  const begun: Entry[] = [];
  for (const entry of chosen) {
    // Another run may have made it since, or be about to.
    if (entry.state !== 'ended' || isComplete(entry)) {
      book.join(run, entry);
      continue;
    }
    reopen(book, entry, [run]);
    entry.made = undefined;
    begun.push(entry);
  }
  for (const entry of begun) if (entry.state === 'pending') begin(book, entry);
  const tasks = begun
    .filter(({ state, submitted }) => state !== 'ended' && submitted.wrapper !== true)
    .map(({ submitted }) => submitted.task);
  return { kind: 'retrying', tasks };
}

/** A task that ended badly, those above it that did, for it cannot run before they have, and what had failed for them. */
function chosenOf(run: RunEntry, bad: ReadonlySet<Entry>, task: TaskId): ReadonlySet<Entry> | undefined {
  const first = [...run.tasks].find((entry) => entry.submitted.task === task);
  if (first === undefined) return undefined;
  const chosen = new Set(bad.has(first) ? [first] : []);
  for (const entry of chosen) for (const above of entry.after) if (bad.has(above)) chosen.add(above);
  for (const entry of chosen)
    for (const below of dependentsOf(entry)) if (bad.has(below) && inherited(run, below)) chosen.add(below);
  return chosen;
}

function inherited(run: RunEntry, entry: Entry): boolean {
  const kind = (run.kept.get(entry) ?? entry).end?.kind;
  return kind === 'upstream-failed' || kind === 'cancelled';
}
