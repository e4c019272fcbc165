import type { TaskName } from '../task.ts';
import type { Day } from '../calendar.ts';
import { assert } from '../assert.ts';
import type { Book } from './book.ts';
import { missingOf } from './book.ts';
import type { Entry, LeaseEntry } from './entry.ts';
import { newEntry } from './entry.ts';
import type { Leases, SpentAttempt } from './leases.ts';
import type { Lease, ProjectRef, SubmittedTask, TaskEnd } from './protocol.ts';
import type { RetryClass } from './retries.ts';
import type { RunEntry } from './runs.ts';
import { newRun } from './runs.ts';
import type { TaskState, TaskView } from './view.ts';
import type { WorkerEntry, Workers } from './workers.ts';

/** All that a scheduler knows, as plain JSON. Tasks are named by where they stand in `tasks`. */
export interface SchedulerState {
  readonly format: 1;
  readonly nowMs: number;
  /** Since when workers are missed at the earliest. */
  readonly missedFromMs: number;
  readonly change: number;
  readonly orders: number;
  readonly wirings: number;
  readonly submissions: number;
  readonly paused: { readonly all: boolean; readonly names: readonly TaskName[] };
  readonly tasks: readonly SavedTask[];
  readonly runs: readonly SavedRun[];
  /** The runs that have ended, the first first. */
  readonly ended: readonly string[];
  /** In the order in which they run out. */
  readonly leases: readonly SavedLease[];
  readonly spent: readonly SpentAttempt[];
  /** In the order in which they were last seen. */
  readonly workers: readonly SavedWorker[];
  readonly lanes: readonly SavedLane[];
}

interface SavedTask {
  readonly target: string;
  readonly digest: string;
  readonly order: number;
  readonly submitted: SubmittedTask;
  readonly wired: number;
  readonly state: TaskState;
  readonly end?: TaskEnd;
  readonly attempts: number;
  readonly made?: number;
  readonly retries: Readonly<Partial<Record<RetryClass, number>>>;
  readonly readyAtMs: number;
  readonly change: number;
}

interface SavedRun {
  readonly run: string;
  readonly project?: ProjectRef;
  readonly today: Day;
  readonly command?: readonly string[];
  readonly submittedMs: number;
  readonly latest: number;
  readonly endedMs?: number;
  readonly tasks: readonly number[];
  readonly kept: readonly (readonly [number, TaskView])[];
  /** Those of which it has been told that they wait for something outside; absent where there is none. */
  readonly missing?: readonly number[];
}

interface SavedLease {
  readonly task: number;
  readonly lease: Lease;
  readonly worker: string;
  readonly digest: string;
  readonly resources: Readonly<Record<string, number>>;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly cancelled: boolean;
  readonly wanted: boolean;
}

type SavedWorker = Omit<WorkerEntry, 'project' | 'holding'> & {
  readonly project?: ProjectRef;
  readonly holding?: readonly string[];
};

interface SavedLane extends ProjectRef {
  readonly runner: string;
  readonly readySinceMs: number;
  readonly seenMs: number;
  readonly lines: readonly { readonly name: TaskName; readonly waitMs: number; readonly sinceMs: number }[];
}

/** The parts of a scheduler that know something. */
export interface Parts {
  readonly book: Book;
  readonly leases: Leases;
  readonly workers: Workers;
}

type OfParts = Omit<SchedulerState, 'missedFromMs' | 'paused'>;

export function stateOf({ book, leases, workers }: Parts): OfParts {
  const numbers = new Map([...book].map((entry, index) => [entry, index]));
  const numberOf = (entry: Entry): number => numbers.get(entry) ?? -1;
  return {
    format: 1,
    nowMs: book.nowMs,
    change: book.recent.change,
    ...book.numbers,
    submissions: book.runs.submissions,
    tasks: [...book].map(savedTask),
    runs: [...book.runs].map((run) => savedRun(run, numberOf)),
    ended: book.runs.ended().map(({ run }) => run),
    leases: [...leases.held()].map(({ entry, ...held }) => ({ task: numberOf(entry), ...held })),
    spent: [...leases.spent()],
    workers: [...workers].map(({ project, holding, ...rest }) => ({
      ...rest,
      ...(project === undefined ? {} : { project }),
      ...(holding.length === 0 ? {} : { holding }),
    })),
    lanes: [...book.lanes].map(({ project: { target, digest }, runner, readySinceMs, seenMs, lines }) => ({
      target,
      digest,
      runner,
      readySinceMs,
      seenMs,
      lines: [...lines]
        .map(([name, { waitMs, sinceMs }]) => ({ name, waitMs, sinceMs }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    })),
  };
}

/** Fills the parts of a new scheduler with what another knew. */
export function restore({ book, leases, workers }: Parts, state: OfParts): void {
  assert(state.format === 1, `The state of a scheduler has the format ${String(state.format)}, not 1.`);
  book.nowMs = state.nowMs;
  // Lanes are looked through in the order in which they came.
  for (const lane of state.lanes) book.lanes.of(lane, lane.runner);
  const entries = state.tasks.map(entryOf);
  const entryAt = (index: number): Entry => {
    const entry = entries[index];
    assert(entry, `The state of a scheduler has no task ${index}.`);
    return entry;
  };
  for (const entry of entries) book.add(entry);
  for (const { wired, entry } of entries.map((entry) => ({ wired: entry.wired, entry })).sort(byWired)) {
    book.wire(entry);
    entry.wired = wired;
  }
  for (const entry of entries) {
    entry.missing = missingOf(entry);
    book.restore(entry);
  }
  book.recent.restore(
    entries.toSorted((a, b) => a.change - b.change),
    state.change,
  );
  restoreRuns(book, state, entryAt);
  for (const { target, digest, runner, readySinceMs, seenMs, lines } of state.lanes) {
    const lane = book.lanes.of({ target, digest }, runner);
    Object.assign(lane, { readySinceMs, seenMs });
    for (const { name, waitMs, sinceMs } of lines) {
      const line = lane.lines.get(name);
      if (line !== undefined) Object.assign(line, { waitMs, sinceMs });
    }
  }
  const held = state.leases.map(({ task, ...rest }): LeaseEntry => ({ entry: entryAt(task), ...rest }));
  for (const each of held) {
    each.entry.lease = each;
    book.ready.hold(each.resources);
  }
  leases.restore(held, state.spent);
  for (const { project, holding = [], ...worker } of state.workers)
    workers.add({ ...worker, project, holding }, worker.seenMs);
  book.restored(state.orders, state.wirings);
}

function restoreRuns(book: Book, state: OfParts, entryAt: (index: number) => Entry): void {
  for (const [order, each] of state.runs.entries()) {
    const { tasks, kept, missing = [], latest, endedMs, submittedMs, ...saved } = each;
    const views = new Map(kept);
    const run: RunEntry = {
      ...newRun(saved, submittedMs, order + 1),
      latest,
      endedMs,
      missing: new Set(missing.map(entryAt)),
      told: true,
    };
    book.runs.restore(run);
    for (const index of tasks) {
      const view = views.get(index);
      if (view === undefined) book.runs.join(run, entryAt(index));
      else book.runs.keep(run, entryAt(index), view);
    }
  }
  const ended = state.ended.flatMap((run) => book.runs.get(run) ?? []);
  book.runs.restored(ended, state.submissions);
}

function savedTask(entry: Entry): SavedTask {
  const { target, digest, order, submitted, wired, state, end, attempts, made, retries } = entry;
  return {
    target,
    digest,
    order,
    submitted,
    wired,
    state,
    ...(end === undefined ? {} : { end }),
    attempts,
    ...(made === undefined ? {} : { made }),
    retries: Object.fromEntries(retries),
    readyAtMs: entry.readyAtMs,
    change: entry.change,
  };
}

function entryOf(saved: SavedTask): Entry {
  return {
    ...newEntry(saved.submitted, saved.target, saved.digest, saved.order),
    wired: saved.wired,
    state: saved.state,
    end: saved.end,
    attempts: saved.attempts,
    made: saved.made,
    retries: new Map(Object.entries(saved.retries) as [RetryClass, number][]),
    readyAtMs: saved.readyAtMs,
    change: saved.change,
  };
}

function savedRun(run: RunEntry, numberOf: (entry: Entry) => number): SavedRun {
  const { project, command, endedMs } = run;
  return {
    run: run.run,
    ...(project === undefined ? {} : { project }),
    today: run.today,
    ...(command === undefined ? {} : { command }),
    submittedMs: run.submittedMs,
    latest: run.latest,
    ...(endedMs === undefined ? {} : { endedMs }),
    tasks: Array.from(run.tasks, numberOf),
    kept: [...run.tasks].flatMap((entry) => {
      const view = run.kept.get(entry);
      return view === undefined ? [] : [[numberOf(entry), view] as const];
    }),
    ...(run.missing.size === 0 ? {} : { missing: Array.from(run.missing, numberOf) }),
  };
}

function byWired(a: { readonly wired: number }, b: { readonly wired: number }): number {
  return a.wired - b.wired;
}
