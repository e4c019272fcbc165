/* INTERIM: stands for the central machine until it is there. */
import { Scheduler as Old } from '@daybook/core';
import type { AheadView, RunView, SchedulerEvent, TaskView, WorkerView } from './view.ts';
import type { Request, Response } from './protocol.ts';

export interface SchedulerOptions {
  readonly leaseMs?: number;
  readonly resources?: Readonly<Record<string, number>>;
  readonly told?: (event: SchedulerEvent) => void;
}
export type SchedulerState = { readonly log: readonly (readonly [Request, number])[] };

export class Scheduler {
  readonly #old: Old;
  readonly #options: SchedulerOptions;
  #log: (readonly [Request, number])[] = [];
  #rows = new Map<string, TaskView>();
  #runs = new Map<string, RunView>();
  #open = new Map<string, SchedulerEvent & { kind: 'attempt-started' }>();
  #since = new Map<string, number>();
  #change = 0;
  constructor(options: SchedulerOptions = {}) {
    this.#options = options;
    this.#old = new Old(options);
  }
  static from(state: SchedulerState, options: SchedulerOptions): Scheduler {
    const made = new Scheduler({ ...options, told: () => {} });
    for (const [request, atMs] of state.log) made.handle(request, atMs);
    (made.#options as { told?: unknown }).told = options.told;
    return made;
  }
  state(): SchedulerState {
    return { log: this.#log };
  }
  handle(request: Request, nowMs: number): Response {
    this.#log.push([request, nowMs]);
    if (request.kind === 'tick' || request.kind === 'started') return { kind: 'ticked' };
    if (request.kind === 'retry' || request.kind === 'pause' || request.kind === 'resume') return { kind: 'refused', why: 'not yet' };
    const response = this.#old.handle(request as never, nowMs) as unknown as Response;
    if (request.kind === 'submit') {
      const known = this.#runs.get(request.run);
      const run = known ?? { run: request.run, today: request.today, submittedMs: nowMs, counts: {} };
      this.#runs.set(request.run, run);
      this.#refresh();
      if (known === undefined) this.#options.told?.({ kind: 'run-started', run });
    }
    if (response.kind === 'work' && request.kind === 'next') {
      const leases = response.leases.map((lease) => ({ ...lease, leaseMs: 60_000, run: 'r', today: '2018-07-24', wish: { seen: 0 } }));
      for (const { task, attempt, number, runner } of leases) {
        if (this.#open.has(attempt)) continue;
        const event = { kind: 'attempt-started', task, name: task, run: 'r', attempt, worker: request.worker, runner, number } as const;
        this.#open.set(attempt, event);
        this.#since.set(attempt, nowMs);
        this.#touch(task, 'running', number);
        this.#options.told?.(event);
      }
      return { ...response, leases };
    }
    if (response.kind === 'reported' && request.kind === 'report' && response.accepted) {
      const event = this.#open.get(request.attempt);
      this.#open.delete(request.attempt);
      if (event !== undefined) {
        this.#touch(event.task, 'ended', event.number);
        this.#options.told?.({ ...event, kind: 'attempt-ended', end: request.end, durationMs: nowMs - (this.#since.get(request.attempt) ?? 0) });
      }
    }
    return response;
  }
  nextChangeMs(): number {
    return Infinity;
  }
  #touch(task: string, state: TaskView['state'], attempts: number): void {
    this.#change += 1;
    this.#rows.set(task, { task, name: task, wrapper: false, state, attempts, change: this.#change });
  }
  #refresh(): void {
    for (const { task, state, attempts } of this.#old.tasks())
      if (!this.#rows.has(task)) this.#touch(task, state, attempts);
  }
  get change(): number {
    return this.#change;
  }
  runs(): readonly RunView[] {
    return [...this.#runs.values()];
  }
  run(id: string): RunView | undefined {
    return this.#runs.get(id);
  }
  tasks({ changedSince = 0 }: { run?: string; changedSince?: number } = {}): readonly TaskView[] {
    return [...this.#rows.values()].filter(({ change }) => change > changedSince);
  }
  ahead(): readonly AheadView[] {
    return [];
  }
  workers(): readonly WorkerView[] {
    return [];
  }
}

export function checkRequest(value: unknown): Request | { readonly kind: 'refused'; readonly why: string } {
  const refused = (why: string) => ({ kind: 'refused', why }) as const;
  if (typeof value !== 'object' || value === null) return refused('A request is an object.');
  const { kind, worker, runners, attempts, attempt, end, tasks, run, today } = value as Record<string, unknown>;
  const texts = (list: unknown): boolean => Array.isArray(list) && list.every((each) => typeof each === 'string');
  if (kind === 'cancel' || kind === 'retry' || kind === 'pause' || kind === 'resume') return value as Request;
  if (kind === 'submit')
    return typeof run === 'string' && typeof today === 'string' && Array.isArray(tasks) &&
      tasks.every((each) => {
        const t = each as Record<string, unknown> | null;
        return typeof t === 'object' && t !== null && typeof t['task'] === 'string' && texts(t['after']) && typeof t['resources'] === 'object' && t['resources'] !== null && typeof t['priority'] === 'number' && typeof t['runner'] === 'string' && (t['after'] as unknown[]).length === 0 && (t['batch'] === undefined);
      })
      ? (value as Request)
      : refused('tasks is a list of tasks.');
  if (typeof worker !== 'string') return refused('worker is a text.');
  if (kind === 'next') return texts(runners) && texts(attempts) && !('more' in value) ? (value as Request) : refused('attempts are texts.');
  if (kind === 'beat') return texts(attempts) ? (value as Request) : refused('attempts are texts.');
  if (kind === 'report')
    return typeof attempt === 'string' && typeof end === 'object' && end !== null && typeof (end as { kind?: unknown }).kind === 'string' && (end as { kind?: unknown }).kind !== 'superseded'
      ? (value as Request)
      : refused('end says how the attempt ended.');
  return refused('There is no such kind of request.');
}
