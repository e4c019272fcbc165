import { expect } from 'vitest';
import type { AttemptEnd } from '../src/attempt.ts';
import type { Lease, Request, Response, SubmittedTask } from '../src/scheduler/protocol.ts';
import type { TaskView } from '../src/scheduler/scheduler.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';

export const leaseMs = 10_000;

/** An attempt that was given out, as the oracle remembers it. */
export interface Given {
  readonly lease: Lease;
  readonly worker: string;
  untilMs: number;
  /** Whether an end of it was accepted. */
  ended: boolean;
}

/**
 * Puts requests to a scheduler and holds each answer to what must always be so, by an account of its own: who holds what
 * until when, and what is complete.
 */
export class Oracle {
  readonly scheduler: Scheduler;
  readonly log: { readonly request: Request; readonly nowMs: number; readonly response: Response }[] = [];
  readonly given = new Map<string, Given>();
  readonly tasks = new Map<string, SubmittedTask>();
  readonly complete = new Set<string>();
  readonly #caps: Readonly<Record<string, number>>;
  #heldMs = 0;
  #cancelled = new Set<string>();

  constructor(caps: Readonly<Record<string, number>>) {
    this.#caps = caps;
    this.scheduler = new Scheduler({ leaseMs, resources: caps });
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

  submit(tasks: readonly SubmittedTask[], nowMs: number): void {
    this.#tick(nowMs);
    const ended = new Set(
      [...this.scheduler.tasks()].flatMap((view) => (view.state === 'ended' ? view.task : [])),
    );
    for (const submitted of tasks) {
      const known = this.tasks.has(submitted.task);
      this.tasks.set(submitted.task, submitted);
      if (submitted.state === 'fresh') this.complete.add(submitted.task);
      else if (known && ended.has(submitted.task)) this.complete.delete(submitted.task);
    }
    this.#ask({ kind: 'submit', tasks }, nowMs);
    this.#completeWrappers();
  }

  next(
    worker: string,
    runners: readonly string[],
    attempts: readonly string[],
    nowMs: number,
  ): readonly Lease[] {
    this.#tick(nowMs);
    const request: Request = { kind: 'next', worker, runners, attempts };
    const answer = this.#ask(request, nowMs);
    if (answer.kind !== 'work') throw new Error('No work was answered.');
    for (const lease of answer.leases) this.#give(lease, worker);
    this.#expectNothingIdle(runners, answer.leases.length < attempts.length);
    const views = [...this.scheduler.tasks()];
    const ahead = new Set(
      views.flatMap(({ task, state }) => (state === 'ended' ? [] : this.#task(task).runner)),
    );
    expect(answer.idleRunners).toEqual(runners.filter((runner) => !ahead.has(runner)));
    expect(answer.ended).toBe(views.every(({ state }) => state === 'ended'));
    expect(this.#ask(request, nowMs)).toEqual(answer);
    return answer.leases;
  }

  beat(worker: string, attempts: readonly string[], nowMs: number): void {
    this.#tick(nowMs);
    const answer = this.#ask({ kind: 'beat', worker, attempts }, nowMs);
    if (answer.kind !== 'beaten') throw new Error('No beat was answered.');
    const lost = attempts.filter((id) => {
      const given = this.given.get(id);
      return given === undefined || given.worker !== worker || !this.isLive(given);
    });
    expect(answer.lost).toEqual(lost);
    expect(answer.cancelled).toEqual(attempts.filter((id) => !lost.includes(id) && this.#cancelled.has(id)));
    for (const id of attempts) {
      const given = this.given.get(id);
      if (given !== undefined && !lost.includes(id)) given.untilMs = this.#heldMs + leaseMs;
    }
  }

  report(id: string, end: AttemptEnd, nowMs: number): void {
    this.#tick(nowMs);
    const given = this.given.get(id) as Given;
    const live = this.isLive(given);
    const answer = this.#ask({ kind: 'report', worker: given.worker, attempt: id, end }, nowMs);
    if (answer.kind !== 'reported') throw new Error('No report was answered.');
    expect(answer.accepted).toBe(live);
    if (!live) return;
    given.ended = true;
    const { task } = given.lease;
    if (['published', 'unchanged', 'fresh'].includes(end.kind)) this.complete.add(task);
    if (end.kind === 'superseded' && !this.#cancelled.has(id))
      for (const each of end.disagreeing)
        if (this.#task(each).runner !== undefined) this.complete.delete(each);
    this.#completeWrappers();
  }

  cancel(nowMs: number): void {
    this.#tick(nowMs);
    const answer = this.#ask({ kind: 'cancel' }, nowMs);
    const live = this.live().map(({ lease }) => lease.attempt);
    expect(answer).toEqual({ kind: 'cancelling', attempts: expect.arrayContaining(live) });
    for (const id of live) this.#cancelled.add(id);
  }

  /** Whether the same requests give the same answers: nothing else is in play. */
  expectReplay(): void {
    const again = new Scheduler({ leaseMs, resources: this.#caps });
    for (const { request, nowMs, response } of this.log)
      expect(again.handle(request, nowMs)).toEqual(response);
  }

  /** What must be so of each task in the end. */
  expectEnded(): void {
    const views = new Map([...this.scheduler.tasks()].map((view) => [view.task, view]));
    for (const [task, view] of views) {
      expect(view.state, task).toBe('ended');
      const { end } = view;
      const bad = this.#task(task).after.filter((id) => !isGood(views.get(id) as TaskView));
      if (end?.kind === 'upstream-failed') {
        expect(this.#isBelow(task, end.culprit), `${task} below ${end.culprit}`).toBe(true);
        const culprit = views.get(end.culprit)?.end?.kind;
        expect(['failed', 'blocked', 'timed-out', 'crashed', 'lost'], `${task}: ${culprit}`).toContain(
          culprit,
        );
        expect(bad, task).not.toEqual([]);
      }
      if (isGood(view) && view.attempts === 0 && this.#task(task).state === 'pending' && view.wrapper)
        expect(bad, task).toEqual([]);
      expect(end?.kind, task).not.toBe('superseded');
    }
  }

  #give(lease: Lease, worker: string): void {
    const known = this.given.get(lease.attempt);
    if (known !== undefined) {
      expect(this.isLive(known)).toBe(true);
      return;
    }
    expect(this.live().map((each) => each.lease.task)).not.toContain(lease.task);
    const { after } = this.#task(lease.task);
    expect(
      after.filter((id) => !this.complete.has(id)),
      `${lease.task} begins`,
    ).toEqual([]);
    expect(this.complete.has(lease.task), `${lease.task} is complete and begins`).toBe(false);
    expect(lease.untilMs).toBe(this.#heldMs + leaseMs);
    this.given.set(lease.attempt, { lease, worker, untilMs: lease.untilMs, ended: false });
    for (const [name, cap] of Object.entries(this.#caps)) expect(this.#used(name)).toBeLessThanOrEqual(cap);
  }

  /** Nothing ready is left that fits, when less was given than asked for. */
  #expectNothingIdle(runners: readonly string[], less: boolean): void {
    if (!less) return;
    const left = [...this.scheduler.tasks()].filter(({ task, state }) => {
      const { runner, resources } = this.#task(task);
      const fits = Object.entries(resources).every(
        ([name, amount]) => this.#used(name) + amount <= (this.#caps[name] ?? 0),
      );
      return state === 'ready' && runner !== undefined && runners.includes(runner) && fits;
    });
    expect(left.map(({ task }) => task)).toEqual([]);
  }

  #used(resource: string): number {
    return this.live().reduce((sum, { lease }) => sum + (this.#task(lease.task).resources[resource] ?? 0), 0);
  }

  #completeWrappers(): void {
    for (const { task, wrapper, after } of this.tasks.values())
      if (wrapper === true && after.every((id) => this.complete.has(id))) this.complete.add(task);
  }

  #isBelow(task: string, above: string): boolean {
    return this.#task(task).after.some((id) => id === above || this.#isBelow(id, above));
  }

  #task(id: string): SubmittedTask {
    return this.tasks.get(id) as SubmittedTask;
  }

  #tick(nowMs: number): void {
    this.#heldMs = Math.max(this.#heldMs, nowMs);
  }

  #ask(request: Request, nowMs: number): Response {
    const response = this.scheduler.handle(request, nowMs);
    this.log.push({ request, nowMs, response });
    return response;
  }
}

function isGood(view: TaskView): boolean {
  return view.end === undefined || ['published', 'unchanged', 'fresh'].includes(view.end.kind);
}
