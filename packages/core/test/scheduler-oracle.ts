import { expect } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import type {
  Lease,
  ProjectRef,
  Request,
  Response,
  SubmitRequest,
  SubmittedTask,
} from '../src/scheduler/protocol.ts';
import type { SchedulerOptions } from '../src/scheduler/scheduler.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import type { SchedulerState } from '../src/scheduler/state.ts';
import type { TaskView } from '../src/scheduler/view.ts';
import { statusOf } from '../src/scheduler/entry.ts';
import { RunMirror } from './run-mirror.ts';

export const leaseMs = 10_000;
export const patienceMs = 60_000;
export const retentionMs = 300_000;

/** An attempt that was given out, as the oracle remembers it. */
export interface Given {
  readonly lease: Lease;
  readonly worker: string;
  readonly digest: string;
  untilMs: number;
  /** Whether a report of it has counted. */
  ended: boolean;
}

/** A task as it was submitted last, and of which project. */
export interface Known extends SubmittedTask {
  readonly digest: string;
}

export interface WorkerOfOracle {
  readonly name: string;
  readonly project: ProjectRef;
}

/**
 * Puts requests to a scheduler and holds each answer to what must always be so, by an account of its own: who holds what
 * until when, what is complete, who was seen when, and what each run was like when it ended.
 */
export class Oracle {
  scheduler: Scheduler;
  readonly log: { readonly request: Request; readonly nowMs: number; readonly response: Response }[] = [];
  readonly given = new Map<string, Given>();
  readonly tasks = new Map<string, Known>();
  readonly complete = new Set<string>();
  readonly mirrors = new Map<string, RunMirror>();
  /** What each task came after in any submission: what ended for one above it stays so when it is tied otherwise. */
  readonly #everAfter = new Map<string, ReadonlySet<string>>();
  readonly #caps: Readonly<Record<string, number>>;
  readonly #options: SchedulerOptions;
  readonly #cancelled = new Set<string>();
  readonly #pausedNames = new Set<string>();
  readonly #seenMs = new Map<string, number>();
  #paused = false;
  #patientFromMs = 0;
  #heldMs = 0;

  constructor(caps: Readonly<Record<string, number>>) {
    this.#caps = caps;
    this.#options = { leaseMs, patienceMs, retentionMs, resources: caps };
    this.scheduler = new Scheduler(this.#options);
  }

  get heldMs(): number {
    return this.#heldMs;
  }

  live(): readonly Given[] {
    return [...this.given.values()].filter((each) => this.isLive(each));
  }

  isLive(given: Given): boolean {
    return !given.ended && given.untilMs > this.#heldMs;
  }

  submit(request: Omit<SubmitRequest, 'kind'>, nowMs: number): void {
    this.#passTime(nowMs);
    this.#ask({ kind: 'tick' }, nowMs);
    this.#look();
    const ended = new Set(
      this.scheduler.tasks().flatMap((view) => (view.state === 'ended' ? view.task : [])),
    );
    const known = new Set(this.scheduler.tasks().map(({ task }) => task));
    for (const submitted of request.tasks) {
      const { task, state } = submitted;
      this.#everAfter.set(task, new Set([...(this.#everAfter.get(task) ?? []), ...submitted.after]));
      this.tasks.set(task, { ...submitted, digest: request.project?.digest ?? '' });
      const standing = known.has(task) ? ended.has(task) : true;
      if (standing && state === 'fresh') this.complete.add(task);
      else if (standing) this.complete.delete(task);
      for (const { lease } of this.live()) if (lease.task === task) this.#cancelled.delete(lease.attempt);
    }
    const answer = this.#ask({ kind: 'submit', ...request }, nowMs);
    expect(answer.kind, JSON.stringify(answer)).toBe('submitted');
    this.#completeWrappers();
    this.#look();
  }

  next(
    worker: WorkerOfOracle,
    runners: readonly string[],
    attempts: readonly string[],
    nowMs: number,
  ): readonly Lease[] {
    this.#seen(worker.project.digest, runners, nowMs);
    this.#passTime(nowMs);
    const request: Request = {
      kind: 'next',
      worker: worker.name,
      project: worker.project,
      runners,
      attempts,
    };
    const answer = this.#ask(request, nowMs);
    if (answer.kind !== 'work') throw new Error('No work was answered.');
    for (const lease of answer.leases) this.#give(lease, worker);
    this.#expectNothingIdle(worker, runners, answer.leases.length < attempts.length);
    const views = this.scheduler.tasks();
    const ahead = new Set(
      views.flatMap(({ task, state }) => {
        const { digest, runner } = this.#task(task);
        return state === 'ended' || digest !== worker.project.digest ? [] : runner;
      }),
    );
    expect(answer.idleRunners).toEqual(runners.filter((runner) => !ahead.has(runner)));
    expect(answer.ended).toBe(views.every(({ state }) => state === 'ended'));
    expect(this.#ask(request, nowMs)).toEqual(answer);
    this.#look();
    return answer.leases;
  }

  beat(worker: string, attempts: readonly string[], nowMs: number): void {
    const known = this.scheduler.workers().find(({ name }) => name === worker);
    if (known !== undefined) this.#seen(known.project?.digest ?? '', known.runners, nowMs);
    this.#passTime(nowMs);
    const answer = this.#ask({ kind: 'beat', worker, attempts }, nowMs);
    if (answer.kind !== 'beaten') throw new Error('No beat was answered.');
    const own = (id: string): Given | undefined => {
      const given = this.given.get(id);
      return given?.worker === worker ? given : undefined;
    };
    const held = attempts.flatMap((id) => own(id) ?? []).filter((given) => this.isLive(given));
    const ids = held.map(({ lease }) => lease.attempt);
    expect(answer.lost).toEqual(attempts.filter((id) => !ids.includes(id) && own(id)?.ended !== true));
    expect(answer.cancelled).toEqual(ids.filter((id) => this.#cancelled.has(id)));
    for (const given of held) given.untilMs = this.#heldMs + leaseMs;
    this.#look();
  }

  report(id: string, end: AttemptEnd, nowMs: number): void {
    this.#passTime(nowMs);
    const given = this.given.get(id) as Given;
    const live = this.isLive(given);
    const answer = this.#ask({ kind: 'report', worker: given.worker, attempt: id, end }, nowMs);
    if (answer.kind !== 'reported') throw new Error('No report was answered.');
    expect(answer.accepted).toBe(live || given.ended);
    if (!live) return;
    given.ended = true;
    const { task, runner } = given.lease;
    const cancelled = this.#cancelled.has(id);
    if (end.kind === 'cancelled' && !cancelled) this.#holding.get(given.worker)?.runners.delete(runner);
    const ofProject = given.digest === this.#task(task).digest;
    const good = ['published', 'unchanged', 'fresh'].includes(end.kind);
    if (good && ofProject) this.complete.add(task);
    if (end.kind === 'superseded' && !cancelled)
      for (const each of end.disagreeing)
        if (this.#task(each).runner !== undefined) this.complete.delete(each);
    this.#completeWrappers();
    this.#look();
  }

  cancel(run: string | undefined, nowMs: number): void {
    this.#passTime(nowMs);
    this.#ask({ kind: 'tick' }, nowMs);
    this.#look();
    const of = (id: string): readonly string[] =>
      this.scheduler.tasks({ run: id }).flatMap(({ attempt }) => attempt?.id ?? []);
    const others = this.scheduler.runs().filter((each) => each.run !== run && each.endedMs === undefined);
    const wanted = run === undefined ? [] : others.flatMap((each) => of(each.run));
    const there = run === undefined ? this.live().map(({ lease }) => lease.attempt) : of(run);
    const live = there.filter((id) => !wanted.includes(id));
    const answer = this.#ask({ kind: 'cancel', ...(run === undefined ? {} : { run }) }, nowMs);
    if (answer.kind !== 'cancelling') throw new Error('No cancel was answered.');
    expect(answer.attempts.toSorted()).toEqual(live.toSorted());
    for (const id of live) this.#cancelled.add(id);
    this.#look();
  }

  retry(run: string, task: string | undefined, nowMs: number): void {
    this.#passTime(nowMs);
    this.#ask({ kind: 'tick' }, nowMs);
    this.#look();
    const before = new Map(this.scheduler.tasks({ run }).map((view) => [view.task, view]));
    this.mirrors.get(run)?.mayChange();
    const answer = this.#ask({ kind: 'retry', run, ...(task === undefined ? {} : { task }) }, nowMs);
    if (answer.kind !== 'retrying') throw new Error('No retry was answered.');
    for (const id of answer.tasks) expect(isBad(before.get(id)), `${id} is tried again`).toBe(true);
    const after = this.scheduler.tasks({ run });
    for (const view of after)
      expect(answer.tasks.includes(view.task) && view.state === 'ended', `${view.task} ends at once`).toBe(
        false,
      );
    if (task === undefined)
      for (const { task: id, end, state } of after) {
        const fails = ['failed', 'blocked', 'timed-out', 'crashed', 'lost'].includes(end?.kind ?? '');
        const refused = end?.kind === 'failed' && end.error.code === 'resource-unknown';
        expect(state === 'ended' && fails && !refused, `${id} ended badly and is not tried again`).toBe(
          false,
        );
      }
    this.#look();
  }

  pause(kind: 'pause' | 'resume', name: string | undefined, nowMs: number): void {
    this.#passTime(nowMs);
    const answer = this.#ask({ kind, ...(name === undefined ? {} : { name }) }, nowMs);
    if (name !== undefined && kind === 'pause') this.#pausedNames.add(name);
    else if (name !== undefined) this.#pausedNames.delete(name);
    else if (kind === 'pause') this.#paused = true;
    else {
      this.#paused = false;
      this.#pausedNames.clear();
    }
    if (kind === 'resume') this.#patientFromMs = this.#heldMs;
    expect(answer).toEqual({ kind: 'paused', all: this.#paused, names: [...this.#pausedNames] });
    this.#look();
  }

  /** The scheduler was away, and is told so: every lease lasts from now on. */
  started(nowMs: number): void {
    for (const given of this.given.values())
      if (this.scheduler.tasks().some(({ attempt }) => attempt?.id === given.lease.attempt))
        given.untilMs = Math.max(nowMs, this.#heldMs) + leaseMs;
    this.#patientFromMs = Math.max(nowMs, this.#heldMs);
    this.#passTime(nowMs);
    this.#ask({ kind: 'started' }, nowMs);
    this.#look();
  }

  /** Another scheduler takes the place of this one, made from its state. */
  restart(): void {
    const state = JSON.parse(JSON.stringify(this.scheduler.state())) as SchedulerState;
    const again = Scheduler.from(state, this.#options);
    expect(again.state()).toEqual(state);
    this.scheduler = again;
  }

  /** Whether the same requests give the same answers: nothing else is in play, and a restart changes nothing. */
  expectReplay(): void {
    const again = new Scheduler(this.#options);
    for (const { request, nowMs, response } of this.log)
      expect(again.handle(request, nowMs)).toEqual(response);
    expect(again.state()).toEqual(this.scheduler.state());
  }

  expectEnded(): void {
    for (const run of this.scheduler.runs()) expect(run.outcome, run.run).toBeDefined();
    for (const view of this.scheduler.tasks()) expect(view.state, view.task).toBe('ended');
    expect(this.scheduler.ahead()).toEqual([]);
  }

  /** What must be so of every run at every moment. */
  #look(): void {
    const runs = this.scheduler.runs();
    for (const run of runs) {
      const mirror = this.mirrors.get(run.run) ?? new RunMirror(run.run);
      this.mirrors.set(run.run, mirror);
      mirror.look(this.scheduler, (task) => this.#everAfter.get(task) ?? new Set());
    }
    for (const view of this.scheduler.tasks()) {
      const open = runs.some(
        ({ run, endedMs }) =>
          endedMs === undefined && this.mirrors.get(run)?.views.get(view.task)?.state === view.state,
      );
      if (view.state !== 'ended') expect(open, `${view.task} can run for an open run`).toBe(true);
    }
    expect(this.scheduler.nextChangeMs()).toBeGreaterThan(this.#heldMs);
  }

  #give(lease: Lease, { name, project }: WorkerOfOracle): void {
    const known = this.given.get(lease.attempt);
    if (known !== undefined) {
      expect(this.isLive(known)).toBe(true);
      return;
    }
    expect(this.live().map((each) => each.lease.task)).not.toContain(lease.task);
    const { after, digest, name: taskName, wish } = this.#task(lease.task);
    expect(
      after.filter((id) => !this.complete.has(id)),
      `${lease.task} begins`,
    ).toEqual([]);
    expect(this.complete.has(lease.task), `${lease.task} is complete and begins`).toBe(false);
    expect(digest).toBe(project.digest);
    expect(this.#paused || this.#pausedNames.has(taskName), `${taskName} is paused`).toBe(false);
    expect(lease.untilMs).toBe(this.#heldMs + leaseMs);
    expect(lease.wish.seen).toBeGreaterThanOrEqual(wish.seen);
    expect(lease.wish.forced === true || wish.forced !== true).toBe(true);
    expect(this.scheduler.run(lease.run)).toMatchObject({ today: lease.today });
    expect(this.scheduler.tasks({ run: lease.run }).map(({ task }) => task)).toContain(lease.task);
    this.given.set(lease.attempt, {
      lease,
      worker: name,
      digest: project.digest,
      untilMs: lease.untilMs,
      ended: false,
    });
    for (const [resource, cap] of Object.entries(this.#caps)) {
      expect(this.#used(resource)).toBeLessThanOrEqual(cap);
      expect(this.#usersOf(resource).length).toBeLessThanOrEqual(cap);
    }
  }

  /** Nothing ready is left that fits, when less was given than asked for. */
  #expectNothingIdle(
    { name: worker, project }: WorkerOfOracle,
    runners: readonly string[],
    less: boolean,
  ): void {
    if (!less || this.#paused) return;
    const left = this.scheduler.tasks().filter(({ task, state }) => {
      const { runner, resources, digest, name } = this.#task(task);
      const fits = Object.entries(resources).every(
        ([resource, amount]) => this.#used(resource) + amount <= (this.#caps[resource] ?? 0),
      );
      const can = runner !== undefined && runners.includes(runner) && digest === project.digest;
      return (
        state === 'ready' && can && fits && !this.#pausedNames.has(name) && this.#mayHold(worker, runner)
      );
    });
    expect(left.map(({ task }) => task)).toEqual([]);
  }

  /** Whether a worker has work for a runner, or may have some beside those that do or did last. */
  #mayHold(worker: string, runner: string): boolean {
    const holders = new Set(this.#usersOf(runner));
    for (const [name, { runners, seenMs }] of this.#holding)
      if (runners.has(runner) && seenMs + leaseMs > this.#heldMs) holders.add(name);
    return holders.has(worker) || holders.size < (this.#caps[runner] ?? Infinity);
  }

  #usersOf(runner: string): readonly string[] {
    const users = this.live().filter(({ lease }) => lease.runner === runner);
    return [...new Set(users.map(({ worker }) => worker))];
  }

  /** By worker: for which runners it was given work and was not told since that there is none. */
  readonly #holding = new Map<string, { readonly runners: Set<string>; seenMs: number }>();

  #used(resource: string): number {
    const used = this.live().map(({ lease }) => this.#resourcesOf.get(lease.attempt)?.[resource] ?? 0);
    return used.reduce((sum, each) => sum + each, 0);
  }

  /** What each attempt took when it began: a task may be submitted otherwise meanwhile. */
  readonly #resourcesOf = new Map<string, Readonly<Record<string, number>>>();

  #completeWrappers(): void {
    for (const { task, wrapper, after } of this.tasks.values())
      if (wrapper === true && after.every((id) => this.complete.has(id))) this.complete.add(task);
  }

  #task(id: string): Known {
    return this.tasks.get(id) as Known;
  }

  #seen(digest: string, runners: readonly string[], nowMs: number): void {
    const heldMs = Math.max(this.#heldMs, nowMs);
    for (const runner of runners) this.#seenMs.set(`${digest} ${runner}`, heldMs);
  }

  #passTime(nowMs: number): void {
    this.#heldMs = Math.max(this.#heldMs, nowMs);
  }

  #ask(request: Request, nowMs: number): Response {
    const before = new Map(this.scheduler.tasks().map((view) => [view.task, view]));
    if (request.kind === 'submit') this.mirrors.get(request.run)?.mayChange();
    const response = this.scheduler.handle(request, nowMs);
    this.log.push({ request, nowMs, response });
    if ('worker' in request) this.#seeHolding(request, response);
    if (response.kind === 'work')
      for (const { attempt, task } of response.leases)
        if (!this.#resourcesOf.has(attempt)) this.#resourcesOf.set(attempt, this.#task(task).resources);
    for (const view of this.scheduler.tasks()) this.#expectMissed(before.get(view.task), view);
    return response;
  }

  #seeHolding({ kind, worker }: Request & { readonly worker: string }, response: Response): void {
    const known = this.#holding.get(worker) ?? { runners: new Set(), seenMs: 0 };
    if (kind !== 'report') {
      if (known.seenMs + leaseMs <= this.#heldMs) known.runners.clear();
      known.seenMs = this.#heldMs;
    }
    if (response.kind === 'work') for (const { runner } of response.leases) known.runners.add(runner);
    if ('idleRunners' in response) for (const runner of response.idleRunners) known.runners.delete(runner);
    this.#holding.set(worker, known);
  }

  /** Only where no worker was seen for long enough does a task fail for that. */
  #expectMissed(before: TaskView | undefined, { task, end, state }: TaskView): void {
    if (end?.kind !== 'failed' || end.error.code !== 'no-worker' || before?.end === end) return;
    if (before !== undefined && statusOf(before) === 'failed') return;
    const { digest, runner, name } = this.#task(task);
    const seenMs = Math.max(this.#seenMs.get(`${digest} ${runner}`) ?? 0, this.#patientFromMs);
    expect(this.#heldMs - seenMs, `${task} ${state} was given up`).toBeGreaterThanOrEqual(patienceMs);
    expect(this.#paused || this.#pausedNames.has(name)).toBe(false);
  }
}

function isBad(view: TaskView | undefined): boolean {
  const kind = view?.end?.kind ?? 'fresh';
  return !['published', 'unchanged', 'fresh', 'waiting'].includes(kind);
}
