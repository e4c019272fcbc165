import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { dependentsOf, viewOf } from './entry.ts';
import type { CancelRequest, Response } from './protocol.ts';

/** Ends what has not begun, and says of what has that it is to be stopped. */
export function cancel(book: Book, { run: id, task }: CancelRequest): Response {
  const attempts: string[] = [];
  const stop = (entry: Entry): void => {
    if (entry.lease === undefined) {
      book.move(entry, 'ended', { kind: 'cancelled' });
      return;
    }
    entry.lease.cancelled = true;
    entry.lease.wanted = false;
    attempts.push(entry.lease.lease.attempt);
  };
  if (id === undefined) {
    // The task of this id, of whatever target.
    const first = [...book].filter((entry) => entry.submitted.task === task);
    if (task !== undefined && first.length === 0)
      return { kind: 'refused', why: `There is no task ${task} in any run: see which there are.` };
    for (const entry of task === undefined ? book : withBelow(first, () => true))
      if (entry.state !== 'ended') stop(entry);
    return { kind: 'cancelling', attempts };
  }
  const run = book.runs.get(id);
  if (run === undefined) return { kind: 'refused', why: `There is no run ${id}: see which there are.` };
  const first = [...run.tasks].filter((entry) => entry.submitted.task === task);
  if (task !== undefined && first.length === 0)
    return { kind: 'refused', why: `The run ${id} has no task ${task}.` };
  const chosen = task === undefined ? run.tasks : withBelow(first, (below) => below.runs.includes(run));
  for (const entry of chosen) {
    if (entry.state === 'ended' || !entry.runs.includes(run)) continue;
    // Others want it: it goes on for them.
    if (entry.runs.length > 1) book.keep(run, entry, cancelledView(entry));
    else stop(entry);
  }
  return { kind: 'cancelling', attempts };
}

/** Some tasks and all that lies below them. What has begun below goes on only as long as nothing tells it to stop. */
function withBelow(first: readonly Entry[], belongs: (below: Entry) => boolean): ReadonlySet<Entry> {
  const found = new Set(first);
  for (const entry of found) for (const below of dependentsOf(entry)) if (belongs(below)) found.add(below);
  return found;
}

function cancelledView(entry: Entry): ReturnType<typeof viewOf> {
  const { attempt: _, retryAtMs: __, ...view } = viewOf(entry);
  return { ...view, state: 'ended', end: { kind: 'cancelled' } };
}
