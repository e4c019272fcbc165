import type { AttemptEnd } from '../attempt.ts';
import { assert } from '../assert.ts';
import { endAttempt } from './attempt-end.ts';
import { batchDue, nextBatchDueMs } from './batch-lines.ts';
import type { Book } from './book.ts';
import type { LeaseEntry, Place } from './entry.ts';
import type { Lane } from './lane.ts';
import { aheadOf } from './lane.ts';
import type { Leases } from './leases.ts';
import type { Pauses } from './pauses.ts';
import type { BeatRequest, Lease, NextRequest, ReportRequest, Response } from './protocol.ts';
import { latestRun } from './runs.ts';
import type { AttemptStarted, SchedulerEvent } from './view.ts';
import { projectOf } from './views.ts';
import type { Workers } from './workers.ts';

/** Gives tasks to workers for a while, and takes back what came of them. */
export class Leasing {
  readonly #leaseMs: number;
  readonly #book: Book;
  readonly #leases: Leases;
  readonly #workers: Workers;
  readonly #pauses: Pauses;
  readonly #told: ((event: SchedulerEvent, nowMs: number) => void) | undefined;

  constructor(
    options: { readonly leaseMs: number; readonly told?: (event: SchedulerEvent, nowMs: number) => void },
    book: Book,
    leases: Leases,
    workers: Workers,
    pauses: Pauses,
  ) {
    this.#leaseMs = options.leaseMs;
    this.#told = options.told;
    this.#book = book;
    this.#leases = leases;
    this.#workers = workers;
    this.#pauses = pauses;
  }

  /** A worker is there, and does what it can. */
  seen(worker: string): void {
    for (const lane of this.#lanesOf(worker)) lane.seenMs = this.#book.nowMs;
  }

  next(request: NextRequest): Response {
    const { attempts, more = [], worker } = request;
    const lanes = this.#lanesOf(worker).filter(({ runner }) => this.#mayHold(worker, runner));
    const leases: Lease[] = [];
    const spent: string[] = [];
    const unused = attempts.filter((id) => this.#isUnused(id, worker, leases, spent));
    for (const id of more) this.#isUnused(id, worker, leases, spent);
    const mayBegin = (place: Place): boolean => this.#mayBegin(place);
    for (const id of unused) {
      const place = this.#book.ready.take(lanes, mayBegin);
      if (place === undefined) break;
      leases.push(...this.#leaseBatch(place, id, request));
    }
    const { backOff, nowMs } = this.#book;
    const againInMs = Math.min(backOff.nextDueMs(), nextBatchDueMs(lanes, nowMs)) - nowMs;
    return {
      kind: 'work',
      leases,
      ...(spent.length === 0 ? {} : { spent }),
      idleRunners: this.#idleRunners(worker),
      ...(Number.isFinite(againInMs) ? { againInMs } : {}),
      ended: this.#book.unended === 0,
    };
  }

  beat({ worker, attempts }: BeatRequest): Response {
    const lost: string[] = [];
    const cancelled: string[] = [];
    for (const id of attempts) {
      const held = this.#leases.get(id);
      if (held === undefined || held.worker !== worker) {
        // What its own report has ended is not lost: the answer was.
        if (this.#leases.reportOf(id, worker) === undefined) lost.push(id);
        continue;
      }
      this.#leases.hold(held, this.#book.nowMs + this.#leaseMs);
      if (held.cancelled) cancelled.push(id);
    }
    return { kind: 'beaten', lost, cancelled, idleRunners: this.#idleRunners(worker) };
  }

  report({ worker, attempt, end }: ReportRequest): Response {
    const held = this.#leases.get(attempt);
    if (held?.worker === worker) {
      // Who gives back what nobody took from it is about to go, with what it has of the runner.
      if (end.kind === 'cancelled' && !held.cancelled) this.#workers.letGo(worker, [held.lease.runner]);
      this.#endAttempt(held, end, worker);
    }
    // One that arrives again, for its answer was lost, changes nothing and is answered alike.
    const counted = this.#leases.reportOf(attempt, worker);
    return {
      kind: 'reported',
      accepted: counted !== undefined,
      ...(counted?.retryAtMs === undefined ? {} : { retryAtMs: counted.retryAtMs }),
      idleRunners: this.#idleRunners(worker),
    };
  }

  /** Ends the attempts whose leases have run out. */
  expire(): void {
    for (let held = this.#leases.first(); held !== undefined; held = this.#leases.first()) {
      if (held.untilMs > this.#book.nowMs) return;
      this.#endAttempt(held, { kind: 'lost' });
    }
  }

  /** Every lease lasts from now on: its worker had nobody to beat to. */
  renewAll(): void {
    for (const held of Array.from(this.#leases.held()))
      this.#leases.hold(held, this.#book.nowMs + this.#leaseMs);
  }

  /** Whether a new lease can have this id. A lease that the worker has is given again; else the id is used up. */
  #isUnused(id: string, worker: string, leases: Lease[], spent: string[]): boolean {
    const held = this.#leases.get(id);
    if (held === undefined && !this.#leases.isSpent(id)) return true;
    if (held?.worker === worker) leases.push(held.lease);
    else spent.push(id);
    return false;
  }

  /** Leases a task under the id `attempt` and, where its runner takes several, those like it under ids of `more`. */
  #leaseBatch(first: Place, attempt: string, { more = [], worker }: NextRequest): readonly Lease[] {
    if (first.batch === undefined) return [this.#lease(first, attempt, worker)];
    const batch: (readonly [Place, string])[] = [[first, attempt]];
    const run = latestRun(first.entry);
    for (const id of more) {
      if (batch.length >= first.batch.max) break;
      if (this.#leases.get(id) !== undefined || this.#leases.isSpent(id)) continue;
      const alike = this.#book.ready.takeAlike(first, ({ entry }) => latestRun(entry) === run);
      if (alike === undefined) break;
      batch.push([alike, id]);
    }
    const name = batch.length === 1 ? undefined : attempt;
    return batch.map(([place, id]) => this.#lease(place, id, worker, name));
  }

  #lease({ entry, lane, resources }: Place, attempt: string, worker: string, batch?: string): Lease {
    const { nowMs } = this.#book;
    const { task, wish } = entry.submitted;
    const run = latestRun(entry);
    assert(run, `${task} is leased and belongs to no run.`);
    assert(
      this.#leases.get(attempt) === undefined,
      `${task} is leased under the id of a lease that is held.`,
    );
    entry.attempts += 1;
    const untilMs = nowMs + this.#leaseMs;
    const lease: Lease = {
      attempt,
      task,
      runner: lane.runner,
      ...(batch === undefined ? {} : { batch }),
      number: entry.attempts,
      untilMs,
      leaseMs: this.#leaseMs,
      run: run.run,
      today: run.today,
      wish: entry.made === undefined ? wish : { ...wish, made: entry.made },
    };
    const held: LeaseEntry = {
      lease,
      entry,
      digest: lane.project.digest,
      resources,
      worker,
      sinceMs: nowMs,
      untilMs,
      cancelled: false,
      wanted: false,
    };
    entry.lease = held;
    this.#book.move(entry, 'running');
    this.#leases.hold(held, untilMs);
    this.#workers.hold(worker, lane.runner);
    this.#told?.(startedEvent(held), nowMs);
    return lease;
  }

  /** Ends an attempt: by the report of its worker, or because nobody was heard of. */
  #endAttempt(held: LeaseEntry, end: AttemptEnd, worker?: string): void {
    const { nowMs } = this.#book;
    endAttempt(this.#book, held, end);
    const { state, readyAtMs } = held.entry;
    const retry = state === 'backing-off' ? { retryAtMs: readyAtMs } : {};
    this.#leases.end(held.lease.attempt, nowMs, worker === undefined ? undefined : { worker, ...retry });
    const event: SchedulerEvent = {
      ...startedEvent(held),
      kind: 'attempt-ended',
      end,
      durationMs: nowMs - held.sinceMs,
      ...retry,
    };
    this.#told?.(event, nowMs);
  }

  #mayBegin(place: Place): boolean {
    return !this.#pauses.holds(place.name) && batchDue(place, this.#book.nowMs);
  }

  #lanesOf(worker: string): readonly Lane[] {
    const known = this.#workers.get(worker);
    if (known === undefined) return [];
    return known.runners.flatMap((runner) => this.#book.lanes.find(projectOf(known), runner) ?? []);
  }

  /** Whether a worker may have work for a runner: a resource by its name caps how many workers do at once. */
  #mayHold(worker: string, runner: string): boolean {
    const cap = this.#book.ready.capacityOf(runner);
    if (cap === undefined) return true;
    const holders = new Set(this.#workers.holders(runner, this.#book.nowMs));
    for (const { lease, worker: holder } of this.#leases.held())
      if (lease.runner === runner) holders.add(holder);
    return holders.has(worker) || holders.size < cap;
  }

  /** The runners of a worker that have nothing ahead. It is told of them. */
  #idleRunners(worker: string): readonly string[] {
    const known = this.#workers.get(worker);
    if (known === undefined) return [];
    const idle = known.runners.filter((runner) => {
      const lane = this.#book.lanes.find(projectOf(known), runner);
      return lane === undefined || aheadOf(lane) === 0;
    });
    this.#workers.letGo(worker, idle);
    return idle;
  }
}

function startedEvent({ lease, entry, worker }: LeaseEntry): AttemptStarted {
  const { task, attempt, run, runner, number } = lease;
  const { name } = entry.submitted;
  return { kind: 'attempt-started', task, name, run, attempt, worker, runner, number };
}
