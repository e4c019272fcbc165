import type { Day } from '../calendar.ts';
import type { Entry } from './entry.ts';
import { missingDependencyOf, statusOf, viewOf } from './entry.ts';
import type { ProjectRef, SubmitRequest } from './protocol.ts';
import type { RunView, SchedulerEvent, TaskStatus, TaskView } from './view.ts';
import { outcomeOf } from './view.ts';

/** What a scheduler knows of one run. */
export interface RunEntry {
  readonly run: string;
  /** Of two runs, the one that was submitted first has the smaller number. */
  readonly order: number;
  project: ProjectRef | undefined;
  today: Day;
  command: readonly string[] | undefined;
  readonly submittedMs: number;
  /** Grows with every submission: of several runs that want a task, the one submitted last says what today is. */
  latest: number;
  endedMs: number | undefined;
  /** All of its tasks, in the order in which they came. */
  readonly tasks: Set<Entry>;
  /** Those of which another run has made something else since they ended in this one, as they were then. */
  readonly kept: Map<Entry, TaskView>;
  /** The greatest change among those kept. */
  keptChange: number;
  /** How many of its tasks have not ended, wrappers too. */
  unended: number;
  readonly counts: Record<TaskStatus, number>;
  /** Those of which it has been told that they wait for something outside. */
  readonly missing: Set<Entry>;
  /** Those that may have come to that in this request. */
  readonly maybeMissing: Set<Entry>;
  /** Whether anything has changed in this request. */
  touched: boolean;
  /** Whether it has been told of. */
  told: boolean;
}

/**
 * Which tasks belong to which runs, and how these stand. A task that has not ended stands alike in all its runs, and all of
 * them are open. Once it has ended in a run it stays there as it was, whatever another run makes of it later: then it is
 * kept there.
 */
export class Runs {
  readonly #runs = new Map<string, RunEntry>();
  /** Those that have ended, the first first: they are forgotten in this order. */
  readonly #ended = new Set<RunEntry>();
  /** Those of which something has changed in this request. */
  #touched: RunEntry[] = [];
  #orders = 0;
  #submissions = 0;

  get(run: string): RunEntry | undefined {
    return this.#runs.get(run);
  }

  [Symbol.iterator](): IterableIterator<RunEntry> {
    return this.#runs.values();
  }

  /** The run of a submission, made or renewed. */
  submitted(request: SubmitRequest, nowMs: number): RunEntry {
    const { run: id, project, today, command } = request;
    const known = this.#runs.get(id);
    if (known === undefined) this.#orders += 1;
    const run = known ?? newRun(request, nowMs, this.#orders);
    this.#submissions += 1;
    run.latest = this.#submissions;
    run.project = project;
    run.today = today;
    run.command = command ?? run.command;
    this.#runs.set(id, run);
    this.#touch(run);
    return run;
  }

  /** From now on the task stands in the run as it stands by itself. */
  join(run: RunEntry, entry: Entry): void {
    if (entry.runs.includes(run)) return;
    const kept = run.kept.get(entry);
    if (kept !== undefined) {
      run.kept.delete(entry);
      count(run, kept, -1);
    }
    this.#name(run, entry);
    // In the order of the runs, so that what is done for each of them is done alike after a restart.
    entry.runs.splice(entry.runs.findLastIndex(({ order }) => order < run.order) + 1, 0, run);
    this.#count(run, entry, 1);
  }

  /** The task stands in the run as `view` says, whatever becomes of it. */
  keep(run: RunEntry, entry: Entry, view: TaskView): void {
    const index = entry.runs.indexOf(run);
    if (index >= 0) {
      entry.runs.splice(index, 1);
      this.#count(run, entry, -1);
    }
    const before = run.kept.get(entry);
    if (before !== undefined) count(run, before, -1);
    this.#name(run, entry);
    run.kept.set(entry, view);
    run.keptChange = Math.max(run.keptChange, view.change);
    count(run, view, 1);
  }

  /** Keeps a task that has ended as it is in all its runs but some. */
  keepBut(entry: Entry, but: readonly RunEntry[]): void {
    const others = entry.runs.filter((run) => !but.includes(run));
    for (const run of others) this.keep(run, entry, viewOf(entry));
  }

  /** Counts what a task is in its runs, or no longer is: before and after each change of it. */
  count(entry: Entry, sign: 1 | -1): void {
    for (const run of entry.runs) this.#count(run, entry, sign);
  }

  /** Ends the runs in which nothing can still run, opens those that had ended and go on, and tells of each. */
  settle(nowMs: number, tell: (event: SchedulerEvent) => void): void {
    if (this.#touched.length === 0) return;
    const touched = this.#touched.sort((a, b) => a.latest - b.latest);
    this.#touched = [];
    for (const run of touched) {
      run.touched = false;
      if (run.unended > 0 && run.endedMs !== undefined) {
        run.endedMs = undefined;
        this.#ended.delete(run);
        tell({ kind: 'run-started', run: runView(run) });
      }
      if (!run.told) tell({ kind: 'run-started', run: runView(run) });
      run.told = true;
      tellMissing(run, tell);
      if (run.unended === 0 && run.endedMs === undefined) {
        run.endedMs = nowMs;
        this.#ended.add(run);
        tell({ kind: 'run-ended', run: runView(run) });
      }
    }
  }

  #touch(run: RunEntry): void {
    if (run.touched) return;
    run.touched = true;
    this.#touched.push(run);
  }

  /** The run that has ended longest ago. */
  oldestEnded(): RunEntry | undefined {
    const [oldest] = this.#ended;
    return oldest;
  }

  /** Forgets a run that has ended, and gives the tasks that no run names any more. */
  forget(run: RunEntry): readonly Entry[] {
    this.#runs.delete(run.run);
    this.#ended.delete(run);
    const unnamed: Entry[] = [];
    for (const entry of run.tasks) {
      const index = entry.runs.indexOf(run);
      if (index >= 0) entry.runs.splice(index, 1);
      entry.named -= 1;
      if (entry.named === 0) unnamed.push(entry);
    }
    return unnamed;
  }

  /** Takes in a run as it was known before; its tasks are joined afterwards. */
  restore(run: RunEntry): void {
    this.#runs.set(run.run, run);
    this.#orders = Math.max(this.#orders, run.order);
    this.#submissions = Math.max(this.#submissions, run.latest);
  }

  /** Says that the runs taken in are all there, those that had ended in the order given. */
  restored(ended: readonly RunEntry[], submissions: number): void {
    for (const run of ended) this.#ended.add(run);
    this.#submissions = submissions;
    for (const run of this.#touched) {
      run.touched = false;
      run.maybeMissing.clear();
    }
    this.#touched = [];
  }

  get submissions(): number {
    return this.#submissions;
  }

  ended(): readonly RunEntry[] {
    return [...this.#ended];
  }

  #name(run: RunEntry, entry: Entry): void {
    const { size } = run.tasks;
    run.tasks.add(entry);
    if (run.tasks.size > size) entry.named += 1;
  }

  #count(run: RunEntry, entry: Entry, sign: 1 | -1): void {
    if (entry.state !== 'ended') run.unended += sign;
    if (entry.submitted.wrapper !== true) run.counts[statusOf(entry)] += sign;
    if (sign === 1 && entry.end?.kind === 'waiting') run.maybeMissing.add(entry);
    this.#touch(run);
  }
}

/** Of the runs in which a task stands, the one that was submitted last. */
export function latestRun({ runs }: Entry): RunEntry | undefined {
  let latest: RunEntry | undefined;
  for (const run of runs) if (latest === undefined || run.latest > latest.latest) latest = run;
  return latest;
}

export function newRun(
  request: Omit<SubmitRequest, 'kind' | 'tasks'>,
  nowMs: number,
  order: number,
): RunEntry {
  return {
    run: request.run,
    order,
    project: request.project,
    today: request.today,
    command: request.command,
    submittedMs: nowMs,
    latest: 0,
    endedMs: undefined,
    tasks: new Set(),
    kept: new Map(),
    keptChange: 0,
    unended: 0,
    counts: { ...noCounts },
    missing: new Set(),
    maybeMissing: new Set(),
    touched: false,
    told: false,
  };
}

export function runView(run: RunEntry): RunView {
  const { command, project, endedMs } = run;
  const counts: Partial<Record<TaskStatus, number>> = {};
  for (const status of statuses) if (run.counts[status] > 0) counts[status] = run.counts[status];
  return {
    run: run.run,
    ...(command === undefined ? {} : { command }),
    today: run.today,
    ...(project === undefined ? {} : { project }),
    submittedMs: run.submittedMs,
    ...(endedMs === undefined ? {} : { endedMs, outcome: outcomeOf(counts) }),
    counts,
  };
}

function tellMissing(run: RunEntry, tell: (event: SchedulerEvent) => void): void {
  for (const entry of run.maybeMissing) {
    const missing = run.missing.has(entry) ? undefined : missingDependencyOf(entry);
    if (missing === undefined || !entry.runs.includes(run)) continue;
    run.missing.add(entry);
    const { task, name } = entry.submitted;
    tell({ kind: 'dependency-missing', task, name, run: run.run, for: missing });
  }
  run.maybeMissing.clear();
}

function count(run: RunEntry, view: TaskView, sign: 1 | -1): void {
  if (!view.wrapper) run.counts[statusOf(view)] += sign;
}

const noCounts: Readonly<Record<TaskStatus, number>> = {
  pending: 0,
  ready: 0,
  'backing-off': 0,
  running: 0,
  published: 0,
  unchanged: 0,
  fresh: 0,
  waiting: 0,
  blocked: 0,
  failed: 0,
  'timed-out': 0,
  crashed: 0,
  lost: 0,
  'upstream-failed': 0,
  cancelled: 0,
};
const statuses = Object.keys(noCounts) as readonly TaskStatus[];
