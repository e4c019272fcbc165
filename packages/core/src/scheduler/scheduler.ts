import type { AttemptEnd } from '../attempt.ts';
import { assert } from '../assert.ts';
import type { TaskId } from '../task.ts';
import { BatchLines } from './batch-lines.ts';
import type { Entry, LeaseEntry, TaskState } from './entry.ts';
import { inheritedEnd, isComplete, isGood, newEntry } from './entry.ts';
import type { Lease, Request, Response, SubmittedTask, TaskEnd } from './protocol.ts';
import { ReadySet } from './ready-set.ts';
import { retriesAllowed, retryClassOf, retryDelayMs } from './retries.ts';

export interface SchedulerOptions {
  /** How long a lease lasts without a beat. Default 60 s. */
  readonly leaseMs?: number;
  /** How much of each named resource there is. */
  readonly resources?: Readonly<Record<string, number>>;
}

/** What is known of one task: for people, and for the end of a run. */
export interface TaskView {
  readonly task: TaskId;
  readonly wrapper: boolean;
  readonly state: TaskState;
  readonly attempts: number;
  /** How it ended; absent where it was fresh all along and for what has not ended. */
  readonly end?: TaskEnd;
}

type NextRequest = Request & { readonly kind: 'next' };

/**
 * Decides what runs next: a pure state machine. `handle` depends on nothing but the requests and times given so far, and a
 * time that goes back is held at the last one. Each request costs in proportion to what it changes, not to what there is.
 */
export class Scheduler {
  readonly #leaseMs: number;
  readonly #entries = new Map<TaskId, Entry>();
  readonly #leases = new Map<string, LeaseEntry>();
  /** Attempt ids that have ended: an id is never used again. */
  readonly #spent = new Set<string>();
  readonly #ready: ReadySet<Entry>;
  readonly #backingOff = new Set<Entry>();
  readonly #lines = new BatchLines();
  readonly #ahead = new Map<string, number>();
  #unended = 0;
  #nowMs = 0;

  constructor(options: SchedulerOptions = {}) {
    this.#leaseMs = options.leaseMs ?? 60_000;
    this.#ready = new ReadySet(options.resources ?? {});
  }

  handle(request: Request, nowMs: number): Response {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#expireLeases();
    switch (request.kind) {
      case 'submit':
        return this.#submit(request.tasks);
      case 'next':
        return this.#next(request);
      case 'beat':
        return this.#beat(request);
      case 'report':
        return this.#report(request);
      case 'cancel':
        return this.#cancel();
      default:
        return {
          kind: 'refused',
          why: `There is no request of the kind "${String((request as { kind?: unknown }).kind)}".`,
        };
    }
  }

  /** Every task submitted, in order. */
  *tasks(): IterableIterator<TaskView> {
    for (const entry of this.#entries.values()) {
      yield {
        task: entry.submitted.task,
        wrapper: entry.submitted.wrapper === true,
        state: entry.state,
        attempts: entry.attempts,
        ...(entry.end === undefined ? {} : { end: entry.end }),
      };
    }
  }

  // ---- submit

  #submit(tasks: readonly SubmittedTask[]): Response {
    const refused: { task: TaskId; why: string }[] = [];
    for (const submitted of tasks) {
      const why = this.#refusal(submitted);
      if (why !== undefined) refused.push({ task: submitted.task, why });
      const entry = this.#enter(submitted);
      // What is fresh has ended; what is ready, running or backing off already goes on as it is.
      if (entry.state !== 'pending') continue;
      if (why !== undefined) {
        this.#end(entry, {
          kind: 'failed',
          fault: 'task',
          error: { code: 'resource-unknown', message: why },
        });
      } else if (submitted.state === 'waiting') {
        this.#end(entry, { kind: 'waiting', for: submitted.for ?? 'something outside' });
      } else {
        this.#awaitInputs(entry);
      }
    }
    return { kind: 'submitted', refused };
  }

  #refusal(submitted: SubmittedTask): string | undefined {
    const short = this.#ready.shortOf(submitted.resources);
    if (short === undefined) return undefined;
    return `${submitted.task} asks for ${short.asked} of the resource "${short.name}" and there is ${short.there}: raise it in the configuration.`;
  }

  /** Makes or renews the entry of a submitted task; one that has ended begins anew unless it is submitted as fresh. */
  #enter(submitted: SubmittedTask): Entry {
    const known = this.#entries.get(submitted.task);
    if (known === undefined) return this.#create(submitted);
    known.submitted = submitted;
    if (known.state !== 'ended') return known;
    if (submitted.state !== 'fresh') {
      this.#reopen(known);
    } else if (!isComplete(known)) {
      // Somebody else has made it since it ended otherwise.
      known.end = undefined;
      this.#complete(known);
    }
    return known;
  }

  #create(submitted: SubmittedTask): Entry {
    const entry = newEntry(submitted, this.#entries.size);
    this.#entries.set(submitted.task, entry);
    for (const id of submitted.after) {
      const above = this.#entries.get(id);
      assert(above, `${submitted.task} was submitted before ${id}, which it needs.`);
      above.dependents.push(entry);
      if (!isComplete(above)) entry.missing += 1;
    }
    if (submitted.state !== 'fresh') this.#move(entry, 'pending');
    return entry;
  }

  // ---- next, beat, report, cancel

  #next(request: NextRequest): Response {
    const { attempts, more = [], runners } = request;
    const leases = more.flatMap((id) => this.#leases.get(id)?.lease ?? []);
    const spent = [...attempts, ...more].filter((id) => this.#spent.has(id));
    this.#releaseBackedOff();
    for (const id of attempts) {
      if (this.#spent.has(id)) continue;
      const held = this.#leases.get(id);
      if (held !== undefined) {
        leases.push(held.lease);
        continue;
      }
      const entry = this.#ready.take(runners, (each) => this.#lines.due(each, this.#nowMs));
      if (entry !== undefined) leases.push(...this.#leaseBatch(entry, id, request));
    }
    const retriesMs = [...this.#backingOff].map((entry) => entry.readyAtMs);
    const againInMs = Math.min(...retriesMs, this.#lines.nextDueMs(this.#nowMs)) - this.#nowMs;
    return {
      kind: 'work',
      leases,
      ...(spent.length === 0 ? {} : { spent }),
      idleRunners: this.#idleRunners(runners),
      ...(Number.isFinite(againInMs) ? { againInMs } : {}),
      ended: this.#unended === 0,
    };
  }

  /** Leases a task under the id `attempt` and, where its runner takes several, those like it under ids of `more`. */
  #leaseBatch(first: Entry, attempt: string, { more = [], worker }: NextRequest): readonly Lease[] {
    if (first.batch === undefined) return [this.#lease(first, attempt, worker)];
    const batch: (readonly [Entry, string])[] = [[first, attempt]];
    for (const id of more) {
      if (batch.length >= first.batch.max) break;
      if (this.#spent.has(id) || this.#leases.has(id)) continue;
      const alike = this.#ready.takeAlike(first);
      if (alike === undefined) break;
      batch.push([alike, id]);
    }
    const name = batch.length === 1 ? undefined : attempt;
    return batch.map(([entry, id]) => this.#lease(entry, id, worker, name));
  }

  #lease(entry: Entry, attempt: string, worker: string, batch?: string): Lease {
    const { runner } = entry;
    entry.attempts += 1;
    this.#move(entry, 'running');
    const untilMs = this.#nowMs + this.#leaseMs;
    const lease: Lease = {
      attempt,
      task: entry.submitted.task,
      runner,
      ...(batch === undefined ? {} : { batch }),
      number: entry.attempts,
      untilMs,
    };
    entry.lease = { lease, entry, worker, untilMs, cancelled: false };
    this.#leases.set(attempt, entry.lease);
    return lease;
  }

  #beat(request: Request & { readonly kind: 'beat' }): Response {
    const lost: string[] = [];
    const cancelled: string[] = [];
    for (const id of request.attempts) {
      const held = this.#leases.get(id);
      if (held === undefined || held.worker !== request.worker) {
        lost.push(id);
        continue;
      }
      this.#leases.delete(id);
      held.untilMs = this.#nowMs + this.#leaseMs;
      this.#leases.set(id, held);
      if (held.cancelled) cancelled.push(id);
    }
    return { kind: 'beaten', lost, cancelled, idleRunners: this.#idleRunners([...this.#ahead.keys()]) };
  }

  #report(request: Request & { readonly kind: 'report' }): Response {
    const held = this.#leases.get(request.attempt);
    const accepted = held !== undefined && held.worker === request.worker;
    if (accepted) this.#endAttempt(held, request.end);
    const retryAtMs = accepted && held.entry.state === 'backing-off' ? held.entry.readyAtMs : undefined;
    const idleRunners = this.#idleRunners([...this.#ahead.keys()]);
    return { kind: 'reported', accepted, ...(retryAtMs === undefined ? {} : { retryAtMs }), idleRunners };
  }

  #cancel(): Response {
    const attempts: string[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.state === 'ended') continue;
      if (entry.lease === undefined) {
        this.#settle(entry, { kind: 'cancelled' });
        continue;
      }
      entry.lease.cancelled = true;
      attempts.push(entry.lease.lease.attempt);
    }
    return { kind: 'cancelling', attempts };
  }

  // ---- the end of an attempt, and of a task

  #endAttempt(held: LeaseEntry, end: AttemptEnd): void {
    const { entry } = held;
    this.#leases.delete(held.lease.attempt);
    this.#spent.add(held.lease.attempt);
    entry.lease = undefined;
    this.#ready.free(entry);
    this.#move(entry, 'pending');
    if (held.cancelled && !isGood(end)) {
      this.#end(entry, { kind: 'cancelled' });
    } else if (end.kind === 'superseded') {
      this.#decideAgain(entry, end.disagreeing);
    } else if (!this.#retry(entry, end)) {
      this.#end(entry, end);
    }
  }

  /**
   * A superseded task is ready again at once; when inputs disagree, those are decided again first, though they had ended
   * well. All are reopened before any is ready, for one may be an input of another.
   */
  #decideAgain(entry: Entry, disagreeing: readonly TaskId[]): void {
    const again: Entry[] = [];
    for (const id of disagreeing) {
      const above = this.#entries.get(id);
      if (above === undefined || above.runner === '' || !isComplete(above)) continue;
      this.#reopen(above);
      again.push(above);
    }
    for (const each of [...again, entry]) this.#awaitInputs(each);
  }

  #retry(entry: Entry, end: AttemptEnd): boolean {
    const kind = retryClassOf(end);
    if (kind === undefined) return false;
    const retry = (entry.retries.get(kind) ?? 0) + 1;
    if (retry > retriesAllowed(kind, entry.submitted.retries)) return false;
    entry.retries.set(kind, retry);
    if (entry.missing > 0) {
      this.#awaitInputs(entry);
      return true;
    }
    this.#move(entry, 'backing-off');
    entry.readyAtMs = this.#nowMs + retryDelayMs(retry, entry.submitted.task);
    this.#backingOff.add(entry);
    return true;
  }

  #end(entry: Entry, end: TaskEnd): void {
    this.#settle(entry, end);
    if (isGood(end)) this.#complete(entry);
    else this.#spread(entry);
  }

  #settle(entry: Entry, end: TaskEnd): void {
    this.#backingOff.delete(entry);
    this.#move(entry, 'ended');
    entry.end = end;
  }

  /** Tells those below that one more input is complete, wrappers through and through. */
  #complete(first: Entry): void {
    const open = [first];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      for (const below of entry.dependents) {
        if (below.missing > 0) below.missing -= 1;
        if (below.missing > 0 || below.state !== 'pending') continue;
        if (below.submitted.wrapper === true) {
          this.#settle(below, { kind: 'fresh' });
          open.push(below);
        } else {
          this.#becomeReady(below);
        }
      }
    }
  }

  /** Ends all that lies below a task that did not end well. A failure above outweighs a wait. */
  #spread(first: Entry): void {
    const open = [first];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      for (const below of entry.dependents) if (this.#inheritEnd(below, entry)) open.push(below);
    }
  }

  /** Ends a task because one of its inputs did not end well. Says whether that changed how it ended. */
  #inheritEnd(entry: Entry, above: Entry): boolean {
    if (above.state !== 'ended' || above.end === undefined || isGood(above.end)) return false;
    const waits = entry.state === 'ended' && entry.end?.kind === 'waiting';
    if (!waits && entry.state !== 'pending') return false;
    const inherited = inheritedEnd(above.submitted.task, above.end);
    if (waits && inherited.kind === 'waiting') return false;
    this.#settle(entry, inherited);
    return true;
  }

  /** Takes back that a task had ended, for it and for those below that have not begun. */
  #reopen(entry: Entry): void {
    assert(entry.state === 'ended', `${entry.submitted.task} is reopened and has not ended.`);
    const wasComplete = isComplete(entry);
    this.#move(entry, 'pending');
    entry.end = undefined;
    entry.retries.clear();
    entry.missing = entry.submitted.after.filter((id) => !isComplete(this.#entryOf(id))).length;
    if (!wasComplete) return;
    for (const below of entry.dependents) {
      if (below.state === 'ended') continue;
      below.missing += 1;
      if (below.state === 'ready' || below.state === 'backing-off') {
        this.#backingOff.delete(below);
        this.#move(below, 'pending');
      }
    }
  }

  // ---- what is ready

  /** A pending task is ready when its inputs are complete, and ends when one of them did not end well. */
  #awaitInputs(entry: Entry): void {
    if (entry.missing === 0) {
      this.#becomeReady(entry);
      return;
    }
    for (const id of entry.submitted.after)
      if (this.#inheritEnd(entry, this.#entryOf(id))) this.#spread(entry);
  }

  #becomeReady(entry: Entry): void {
    if (entry.submitted.wrapper === true) {
      this.#end(entry, { kind: 'fresh' });
      return;
    }
    assert(entry.runner !== '', `${entry.submitted.task} is ready and has no runner.`);
    this.#move(entry, 'ready');
    this.#ready.add(entry);
  }

  #releaseBackedOff(): void {
    for (const entry of this.#backingOff) {
      if (entry.readyAtMs > this.#nowMs) continue;
      this.#backingOff.delete(entry);
      this.#becomeReady(entry);
    }
  }

  /** Leases are kept in the order in which they run out, so only the first need be looked at. */
  #expireLeases(): void {
    for (const held of this.#leases.values()) {
      if (held.untilMs > this.#nowMs) return;
      this.#endAttempt(held, { kind: 'lost' });
    }
  }

  /** The one place where a task changes its state, and what is counted with it. */
  #move(entry: Entry, to: TaskState): void {
    const from = entry.state;
    entry.state = to;
    this.#lines.moved(entry, from, to, this.#nowMs);
    const ended = Number(from === 'ended') - Number(to === 'ended');
    this.#unended += ended;
    if (entry.runner !== '') this.#ahead.set(entry.runner, (this.#ahead.get(entry.runner) ?? 0) + ended);
  }

  #idleRunners(runners: readonly string[]): readonly string[] {
    return runners.filter((runner) => (this.#ahead.get(runner) ?? 0) === 0);
  }

  #entryOf(id: TaskId): Entry {
    const entry = this.#entries.get(id);
    assert(entry, `${id} was never submitted.`);
    return entry;
  }
}
