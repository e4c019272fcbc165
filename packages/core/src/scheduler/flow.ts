import { assert } from '../assert.ts';
import type { Book } from './book.ts';
import { missingOf } from './book.ts';
import type { Entry } from './entry.ts';
import { dependentsOf, inheritedEnd, isComplete, isGood, noRetries } from './entry.ts';
import type { SubmittedTask, TaskEnd } from './protocol.ts';
import type { RunEntry } from './runs.ts';

/** Why a task can never run: it asks for more of a resource than there is. */
export function refusalOf(book: Book, submitted: SubmittedTask): string | undefined {
  const short = book.ready.shortOf(submitted.resources);
  if (short === undefined) return undefined;
  return `${submitted.task} asks for ${short.asked} of the resource "${short.name}" and there is ${short.there}: raise it in the configuration.`;
}

/** A pending task is ready when its inputs are complete, and ends when it cannot be or one of them did not end well. */
export function begin(book: Book, entry: Entry): void {
  assert(entry.state === 'pending', `${entry.submitted.task} begins and is ${entry.state}.`);
  const { submitted, place } = entry;
  const why = refusalOf(book, submitted);
  if (why !== undefined) {
    endTask(book, entry, {
      kind: 'failed',
      fault: 'task',
      error: { code: 'resource-unknown', message: why },
    });
  } else if (submitted.state === 'waiting') {
    endTask(book, entry, { kind: 'waiting', for: submitted.for ?? 'something outside' });
  } else if (entry.missing === 0 || (place === undefined && submitted.wrapper !== true)) {
    becomeReady(book, entry);
  } else {
    for (const above of entry.after) if (inheritEnd(book, entry, above)) spread(book, entry);
    if (entry.state !== 'pending') return;
    // Another run may have begun anew what it waits for since it ended in these.
    joinInputs(book, entry);
  }
}

/** A wrapper whose inputs are complete is complete, and so is what this project does not make. */
export function becomeReady(book: Book, entry: Entry): void {
  if (entry.place === undefined) {
    endTask(book, entry, { kind: 'fresh' });
    return;
  }
  book.move(entry, 'ready');
  book.ready.add(entry.place);
}

export function endTask(book: Book, entry: Entry, end: TaskEnd): void {
  book.move(entry, 'ended', end);
  if (isGood(end)) complete(book, entry);
  else spread(book, entry);
}

/** Tells those below that one more input is complete, wrappers through and through. */
export function complete(book: Book, first: Entry): void {
  const open = [first];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    for (const below of dependentsOf(entry)) {
      if (below.missing > 0) below.missing -= 1;
      if (below.missing > 0 || below.state !== 'pending') continue;
      if (below.submitted.wrapper === true) {
        book.move(below, 'ended', { kind: 'fresh' });
        open.push(below);
      } else {
        becomeReady(book, below);
      }
    }
  }
}

/** Takes back that a task had ended, in `runs`, for it and for those below that have not begun. */
export function reopen(book: Book, entry: Entry, runs: readonly RunEntry[]): void {
  assert(entry.state === 'ended', `${entry.submitted.task} is reopened and has not ended.`);
  book.runs.keepBut(entry, runs);
  const wasComplete = isComplete(entry);
  entry.retries = noRetries;
  entry.missing = missingOf(entry);
  book.move(entry, 'pending');
  for (const run of runs) book.join(run, entry);
  joinInputs(book, entry);
  if (!wasComplete) return;
  for (const below of dependentsOf(entry)) {
    if (below.state === 'ended') continue;
    below.missing += 1;
    // Who waits for it wants it.
    for (const run of below.runs) book.join(run, entry);
    if (below.state === 'ready' || below.state === 'backing-off') book.move(below, 'pending');
  }
}

/** What a task waits for stands in all runs in which it waits. */
export function joinInputs(book: Book, entry: Entry): void {
  for (const run of entry.runs)
    for (const above of entry.after) if (!isComplete(above)) book.join(run, above);
}

/** Ends all that lies below a task that did not end well. A failure above outweighs a wait. */
function spread(book: Book, first: Entry): void {
  const open = [first];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop())
    for (const below of dependentsOf(entry)) if (inheritEnd(book, below, entry)) open.push(below);
}

/** Ends a task because one of its inputs did not end well. Says whether that changed how it ended. */
function inheritEnd(book: Book, entry: Entry, above: Entry): boolean {
  if (above.state !== 'ended' || above.end === undefined || isGood(above.end)) return false;
  const inherited = inheritedEnd(above.submitted.task, above.end);
  if (entry.state === 'pending') {
    book.move(entry, 'ended', inherited);
    return true;
  }
  if (entry.state !== 'ended' || entry.end?.kind !== 'waiting' || inherited.kind === 'waiting') return false;
  // Elsewhere it waits as it did.
  const common = entry.runs.filter((run) => above.runs.includes(run));
  if (common.length === 0) return false;
  book.runs.keepBut(entry, common);
  book.move(entry, 'ended', inherited);
  return true;
}
