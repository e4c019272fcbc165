import type { TaskName } from '../task.ts';
import { Book } from './book.ts';
import { cancel } from './cancel.ts';
import { checkRequest } from './check-request.ts';
import { becomeReady } from './flow.ts';
import { aheadOf } from './lane.ts';
import { Leases } from './leases.ts';
import { Leasing } from './leasing.ts';
import { Patience } from './patience.ts';
import { Pauses } from './pauses.ts';
import type { Request, Response } from './protocol.ts';
import { retry } from './retry.ts';
import { runView } from './runs.ts';
import type { SchedulerState } from './state.ts';
import { restore, stateOf } from './state.ts';
import { submit } from './submission.ts';
import type { AheadView, PausedView, RunView, SchedulerEvent, TaskView, WorkerView } from './view.ts';
import { aheadView, taskViews, workerView } from './views.ts';
import { Workers } from './workers.ts';

export interface SchedulerOptions {
  /** How long a lease lasts without a beat. Default 60 s. */
  readonly leaseMs?: number;
  /** How much of each named resource there is. One by the name of a runner caps how many workers have work for it at once. */
  readonly resources?: Readonly<Record<string, number>>;
  /** How long a run is kept after its end. Default 7 days. */
  readonly retentionMs?: number;
  /** How long a ready task waits for a worker to be seen that could take it. Default 15 minutes. */
  readonly patienceMs?: number;
  /** Is told what happens, as it happens, and when by its clock. It changes nothing. */
  readonly told?: (event: SchedulerEvent, nowMs: number) => void;
}

/** Of which tasks a view is wanted. */
export interface TasksOf {
  /** Those of one run, as they are or were in it. Without: all, as they are. */
  readonly run?: string;
  /** Those whose change is a later one, in the order of their changes. Without: all, in the order in which they came. */
  readonly changedSince?: number;
}

/**
 * Decides what runs next: a pure state machine. `handle` depends on nothing but the requests and times given so far, and a
 * time that goes back is held at the last one. Each request costs in proportion to what it changes, not to what there is.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #retentionMs: number;
  readonly #book: Book;
  readonly #leases = new Leases();
  readonly #workers: Workers;
  readonly #pauses: Pauses;
  readonly #leasing: Leasing;
  readonly #patience: Patience;

  constructor(options: SchedulerOptions = {}, state?: SchedulerState) {
    this.#options = options;
    this.#retentionMs = options.retentionMs ?? 7 * 24 * 3_600_000;
    const book = new Book(options.resources ?? {});
    this.#book = book;
    this.#pauses = new Pauses(state?.paused);
    const leaseMs = options.leaseMs ?? 60_000;
    this.#workers = new Workers(leaseMs);
    this.#leasing = new Leasing({ ...options, leaseMs }, book, this.#leases, this.#workers, this.#pauses);
    const patienceMs = options.patienceMs ?? 15 * 60_000;
    this.#patience = new Patience(patienceMs, state?.missedFromMs ?? 0, book, this.#pauses);
    if (state !== undefined) restore({ book, leases: this.#leases, workers: this.#workers }, state);
  }

  /** A scheduler that answers every later request as the one would that had this state, given the same options. */
  static from(state: SchedulerState, options: SchedulerOptions = {}): Scheduler {
    return new Scheduler(options, state);
  }

  /** All that it knows, as plain JSON. What it holds is not copied: write it out before the next request. */
  state(): SchedulerState {
    const parts = { book: this.#book, leases: this.#leases, workers: this.#workers };
    return { ...stateOf(parts), missedFromMs: this.#patience.fromMs, paused: this.#pauses.paused() };
  }

  /** Never throws, whatever the request: what is none is refused, and changes nothing. */
  handle(request: Request, nowMs: number): Response {
    const checked = checkRequest(request);
    if (checked.kind === 'refused') return checked;
    this.#book.nowMs = Math.max(this.#book.nowMs, nowMs);
    this.#lookWhoIsThere(checked);
    this.#letTimePass();
    const response = this.#answer(checked);
    this.#settleRuns();
    return response;
  }

  /** The time at which something happens by itself: ask for a `tick` then. Infinite where nothing will. */
  nextChangeMs(): number {
    const { runs, backOff } = this.#book;
    const leaseMs = this.#leases.first()?.untilMs ?? Infinity;
    const forgetMs = (runs.oldestEnded()?.endedMs ?? Infinity) + this.#retentionMs;
    return Math.min(leaseMs, backOff.nextDueMs(), forgetMs, this.#patience.endMs());
  }

  /** The number of the last change of any task. */
  get change(): number {
    return this.#book.recent.change;
  }

  tasks(of: TasksOf = {}): readonly TaskView[] {
    return taskViews(this.#book, of);
  }

  /** Every run that is kept, in the order in which they were first submitted. */
  runs(): readonly RunView[] {
    return Array.from(this.#book.runs, runView);
  }

  run(id: string): RunView | undefined {
    const run = this.#book.runs.get(id);
    return run === undefined ? undefined : runView(run);
  }

  /** What lies ahead of each runner of each project, where anything does. */
  ahead(): readonly AheadView[] {
    return [...this.#book.lanes].filter((lane) => aheadOf(lane) > 0).map(aheadView);
  }

  paused(): PausedView {
    return this.#pauses.paused();
  }

  /** Whether tasks of this name are not begun for now. */
  isPaused(name: TaskName): boolean {
    return this.#pauses.holds(name);
  }

  /** The workers that were seen of late, those seen last at the end. */
  workers(): readonly WorkerView[] {
    const held = Map.groupBy(this.#leases.held(), ({ worker }) => worker);
    return Array.from(this.#workers, (worker) => workerView(worker, held.get(worker.name) ?? []));
  }

  #answer(request: Request): Response {
    switch (request.kind) {
      case 'submit':
        return submit(this.#book, request);
      case 'next':
        return this.#leasing.next(request);
      case 'beat':
        return this.#leasing.beat(request);
      case 'report':
        return this.#leasing.report(request);
      case 'cancel':
        return cancel(this.#book, request);
      case 'retry':
        return retry(this.#book, request);
      case 'pause':
      case 'resume':
        this.#pauses.change(request);
        if (request.kind === 'resume') this.#patience.beginAnew();
        return { kind: 'paused', ...this.#pauses.paused() };
      default:
        return { kind: 'ticked' };
    }
  }

  /** Who asks or beats is there, whatever has run out meanwhile. */
  #lookWhoIsThere(request: Request): void {
    const { nowMs } = this.#book;
    if (request.kind === 'next') this.#workers.asked(request, nowMs);
    if (request.kind === 'beat') this.#workers.seen(request.worker, nowMs);
    if (request.kind === 'next' || request.kind === 'beat') this.#leasing.seen(request.worker);
    if (request.kind === 'started') {
      this.#patience.beginAnew();
      this.#leasing.renewAll();
    }
  }

  #letTimePass(): void {
    const { nowMs, backOff, runs } = this.#book;
    this.#leasing.expire();
    for (let due = backOff.take(nowMs); due !== undefined; due = backOff.take(nowMs))
      becomeReady(this.#book, due);
    this.#patience.failUnattended();
    for (let run = runs.oldestEnded(); run?.endedMs !== undefined; run = runs.oldestEnded()) {
      if (run.endedMs + this.#retentionMs > nowMs) break;
      this.#book.forget(run);
    }
    this.#leases.forgetSpent(nowMs);
    this.#workers.forget(nowMs);
  }

  #settleRuns(): void {
    const { runs, nowMs } = this.#book;
    runs.settle(nowMs, (event) => this.#options.told?.(event, nowMs));
  }
}
