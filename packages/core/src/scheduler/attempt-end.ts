import type { AttemptEnd } from '../attempt.ts';
import type { TaskId } from '../task.ts';
import type { Book } from './book.ts';
import type { Entry, LeaseEntry } from './entry.ts';
import { isComplete, isGood } from './entry.ts';
import { begin, endTask, reopen } from './flow.ts';
import { retriesAllowed, retryClassOf, retryDelayMs } from './retries.ts';

/** What becomes of a task whose attempt has ended. */
export function endAttempt(book: Book, held: LeaseEntry, end: AttemptEnd): void {
  const { entry } = held;
  entry.lease = undefined;
  book.ready.free(held.resources);
  if (end.kind === 'published' || end.kind === 'unchanged')
    entry.made = Math.max(entry.made ?? 0, end.version);
  book.move(entry, 'pending');
  const overtaken = isOvertaken(held, end);
  if (held.cancelled && (overtaken || !isGood(end))) {
    endTask(book, entry, { kind: 'cancelled' });
  } else if (end.kind === 'superseded') {
    decideAgain(book, entry, end.disagreeing);
  } else if (overtaken) {
    decideAgain(book, entry, []);
  } else if (!tryAgain(book, entry, end)) {
    // A task that was given back too often is one that nobody has seen through.
    endTask(book, entry, end.kind === 'cancelled' ? { kind: 'lost' } : end);
  }
}

/** Whether the task was submitted otherwise while it ran, so that what came of it is not what is wanted now. */
function isOvertaken({ entry, digest, wanted }: LeaseEntry, end: AttemptEnd): boolean {
  if (entry.digest !== digest || entry.place === undefined) return true;
  return wanted && end.kind === 'cancelled';
}

/**
 * A superseded task is ready again at once; when inputs disagree, those are decided again first, though they had ended
 * well. All are reopened before any is ready, for one may be an input of another.
 */
function decideAgain(book: Book, entry: Entry, disagreeing: readonly TaskId[]): void {
  const again: Entry[] = [];
  for (const id of disagreeing) {
    const above = book.find(entry.target, id);
    if (above === undefined || above.place === undefined || !isComplete(above)) continue;
    reopen(book, above, [...entry.runs]);
    again.push(above);
  }
  for (const each of [...again, entry]) if (each.state === 'pending') begin(book, each);
}

function tryAgain(book: Book, entry: Entry, end: AttemptEnd): boolean {
  const kind = retryClassOf(end);
  if (kind === undefined) return false;
  const retry = (entry.retries.get(kind) ?? 0) + 1;
  if (retry > retriesAllowed(kind, entry.submitted.retries)) return false;
  entry.retries = new Map(entry.retries).set(kind, retry);
  if (entry.missing > 0 || kind === 'given-back') {
    begin(book, entry);
    return true;
  }
  entry.readyAtMs = book.nowMs + retryDelayMs(retry, entry.submitted.task);
  book.move(entry, 'backing-off');
  book.backOff.add(entry);
  return true;
}
