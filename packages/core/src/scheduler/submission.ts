import type { TaskId } from '../task.ts';
import type { Book } from './book.ts';
import { missingOf } from './book.ts';
import type { Entry } from './entry.ts';
import { isComplete, isGood, viewOf } from './entry.ts';
import { begin, complete, joinInputs, refusalOf, reopen } from './flow.ts';
import type { Response, SubmitRequest, SubmittedTask } from './protocol.ts';
import type { RunEntry } from './runs.ts';
import type { TaskView } from './view.ts';

/** Takes in the tasks of a run. Nothing is changed where the submission as a whole cannot be. */
export function submit(book: Book, request: SubmitRequest): Response {
  const { target = '', digest = '' } = request.project ?? {};
  const why = wholeRefusal(book, request, target);
  if (why !== undefined) return { kind: 'refused', why };
  const run = book.runs.submitted(request, book.nowMs);
  const refused: { task: TaskId; why: string }[] = [];
  for (const submitted of request.tasks) {
    const short = refusalOf(book, submitted);
    if (short !== undefined) refused.push({ task: submitted.task, why: short });
    const known = book.find(target, submitted.task);
    const entry = known ?? book.create(submitted, target, digest);
    if (known === undefined) enter(book, run, entry);
    else enterAgain(book, run, known, submitted, digest);
    // What is fresh has ended; what is ready, running or backing off already goes on as it is.
    if (entry.state === 'pending') begin(book, entry);
  }
  return { kind: 'submitted', refused };
}

function enter(book: Book, run: RunEntry, entry: Entry): void {
  if (entry.submitted.state !== 'fresh') book.move(entry, 'pending');
  book.join(run, entry);
}

/** One that has ended begins anew unless it is submitted as fresh. */
function enterAgain(book: Book, run: RunEntry, entry: Entry, submitted: SubmittedTask, digest: string): void {
  const unheard = !run.tasks.has(entry);
  const ended = entry.state === 'ended';
  const wasWrapper = entry.submitted.wrapper === true;
  if (ended && (submitted.wrapper === true) !== wasWrapper) book.runs.keepBut(entry, [run]);
  const wish = ended ? submitted.wish : bothWishes(entry.submitted.wish, submitted.wish);
  book.renew(entry, { ...submitted, wish }, digest);
  if (!ended) {
    goOn(book, run, entry);
  } else if (submitted.state === 'fresh') {
    stayFresh(book, run, entry);
  } else {
    reopen(book, entry, [run]);
    if (unheard) startCounting(entry);
  }
}

/** A submission of what has not ended yet may let it wait for something else. */
function goOn(book: Book, run: RunEntry, entry: Entry): void {
  const { lease } = entry;
  if (lease?.cancelled === true) {
    lease.cancelled = false;
    lease.wanted = true;
  }
  book.join(run, entry);
  entry.missing = missingOf(entry);
  joinInputs(book, entry);
  const waits = entry.missing > 0 || entry.place === undefined;
  if (waits && (entry.state === 'ready' || entry.state === 'backing-off')) book.move(entry, 'pending');
}

/** What has ended is said to be complete: in this run it then was so all along. */
function stayFresh(book: Book, run: RunEntry, entry: Entry): void {
  const stood = run.kept.get(entry) ?? (entry.runs.includes(run) ? viewOf(entry) : undefined);
  if (stood !== undefined && isCompleteView(stood)) return;
  if (!isComplete(entry)) {
    // Somebody else has made it since it ended otherwise.
    book.runs.keepBut(entry, [run]);
    startCounting(entry);
    book.join(run, entry);
    book.move(entry, 'ended');
    complete(book, entry);
  } else if (entry.end === undefined) {
    book.join(run, entry);
  } else if (entry.runs.every(({ endedMs }) => endedMs !== undefined)) {
    book.runs.keepBut(entry, []);
    startCounting(entry);
    book.move(entry, 'ended');
    book.join(run, entry);
  } else {
    const { end: _, ...fresh } = viewOf(entry);
    book.keep(run, entry, { ...fresh, attempts: 0 });
  }
}

function startCounting(entry: Entry): void {
  entry.attempts = 0;
  entry.made = undefined;
}

function isCompleteView({ state, end }: TaskView): boolean {
  return state === 'ended' && (end === undefined || isGood(end));
}

type SubmittedWish = SubmittedTask['wish'];

/** What is asked twice before it has ended: both are fulfilled by a version newer than both have seen. */
function bothWishes(a: SubmittedWish, b: SubmittedWish): SubmittedWish {
  return {
    seen: Math.max(a.seen, b.seen),
    ...(a.forced === true || b.forced === true ? { forced: true } : {}),
    ...(a.refetch === true || b.refetch === true ? { refetch: true } : {}),
  };
}

function wholeRefusal(book: Book, { run: id, tasks }: SubmitRequest, target: string): string | undefined {
  const run = book.runs.get(id);
  const before = run?.project?.target ?? '';
  if (run !== undefined && before !== target)
    return `The run ${id} is of the target "${before}" and not of "${target}": submit another run.`;
  const here = new Map<TaskId, SubmittedTask>();
  let closed = true;
  for (const submitted of tasks) {
    if (here.has(submitted.task))
      return `${submitted.task} stands twice in the submission: give each task once.`;
    for (const id of submitted.after) {
      if (here.has(id)) continue;
      closed = false;
      const above = book.find(target, id);
      if (above === undefined || run?.tasks.has(above) !== true)
        return `${submitted.task} comes after ${id}, which is not among the tasks before it: submit that first.`;
    }
    here.set(submitted.task, submitted);
  }
  // Those of one submission come in order. Only what stands outside it can lead round in a circle.
  return closed ? undefined : circleIn(book, here, target);
}

/** A circle among the tasks as they would be. */
function circleIn(book: Book, here: ReadonlyMap<TaskId, SubmittedTask>, target: string): string | undefined {
  const afterOf = (task: TaskId): readonly TaskId[] =>
    (here.get(task) ?? book.find(target, task)?.submitted)?.after ?? [];
  const done = new Set<TaskId>();
  const path = new Set<TaskId>();
  for (const first of here.keys()) {
    const open: { readonly task: TaskId; readonly left: TaskId[] }[] = [];
    const visit = (task: TaskId): void => {
      path.add(task);
      open.push({ task, left: [...afterOf(task)] });
    };
    if (!done.has(first)) visit(first);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const above = top.left.pop();
      if (above === undefined) {
        open.pop();
        path.delete(top.task);
        done.add(top.task);
      } else if (path.has(above)) {
        return `${top.task} and ${above} would come after each other: submit tasks that do not need each other in a circle.`;
      } else if (!done.has(above)) {
        visit(above);
      }
    }
  }
  return undefined;
}
