import type { AttemptEnd } from '../src/attempt.ts';
import type { Lease, Request, Response, SubmittedTask, TaskEnd } from '../src/scheduler/protocol.ts';
import type { SchedulerOptions, TaskView } from '../src/scheduler/scheduler.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';

/** A scheduler and one worker on virtual time, driven by hand and seen as text. */
export interface Driver {
  readonly scheduler: Scheduler;
  nowMs: number;
  ask<K extends Request['kind']>(request: Request & { readonly kind: K }): Answer<K>;
  submit(written: string): Answer<'submit'>;
  /** Asks for `count` attempts and tells the tasks of the leases given; those of one batch as `a+b`. */
  next(count: number, runners?: readonly string[]): readonly string[];
  /** Reports the running attempt at `task`. */
  end(task: string, end: AttemptEnd | 'published' | 'superseded'): Answer<'report'>;
  lease(task: string): Lease;
  view(task: string): TaskView;
  /** `a published, b running, …`, in the order of submission. */
  text(): string;
  /** Whether nothing is left that could run. */
  ended(): boolean;
}

type AnswerKinds = {
  submit: 'submitted';
  next: 'work';
  beat: 'beaten';
  report: 'reported';
  cancel: 'cancelling';
};
export type Answer<K extends Request['kind']> = Response & { readonly kind: AnswerKinds[K] };

export const published: AttemptEnd & { readonly kind: 'published' | 'unchanged' } = {
  kind: 'published',
  version: 1,
  reason: { kind: 'missing' },
  rows: 1,
};
export const failed: AttemptEnd = {
  kind: 'failed',
  fault: 'task',
  error: { code: 'job-failed', message: 'It failed.' },
};
export const infrastructure: AttemptEnd = { ...failed, fault: 'infrastructure' };
export const blocked: AttemptEnd = { kind: 'blocked', controls: [], stage: 'memory:///' };

export function superseded(...disagreeing: readonly string[]): AttemptEnd {
  return { kind: 'superseded', disagreeing };
}

export function driver(options: SchedulerOptions = {}): Driver {
  const scheduler = new Scheduler(options);
  const leases = new Map<string, Lease>();
  let asked = 0;
  const drive: Driver = {
    scheduler,
    nowMs: 1_000_000,
    ask(request) {
      return scheduler.handle(request, drive.nowMs) as never;
    },
    submit: (written) => drive.ask({ kind: 'submit', tasks: submissionOf(written) }),
    next(count, runners = ['local']) {
      const newIds = (ids: number): readonly string[] =>
        Array.from({ length: ids }, () => `attempt-${(asked += 1)}`);
      const answer = drive.ask({
        kind: 'next',
        worker: 'w',
        runners,
        attempts: newIds(count),
        more: newIds(count * 9),
      });
      for (const lease of answer.leases) leases.set(lease.task, lease);
      return [...Map.groupBy(answer.leases, ({ batch, attempt }) => batch ?? attempt).values()].map((batch) =>
        batch.map(({ task }) => task).join('+'),
      );
    },
    end(task, end) {
      const full = end === 'published' ? published : end === 'superseded' ? superseded() : end;
      return drive.ask({ kind: 'report', worker: 'w', attempt: drive.lease(task).attempt, end: full });
    },
    lease(task) {
      const lease = leases.get(task);
      if (lease === undefined) throw new Error(`${task} was never begun.`);
      return lease;
    },
    view(task) {
      const found = [...scheduler.tasks()].find((view) => view.task === task);
      if (found === undefined) throw new Error(`${task} was never submitted.`);
      return found;
    },
    text: () => [...scheduler.tasks()].map(viewText).join(', '),
    ended: () => drive.ask({ kind: 'next', worker: 'w', runners: [], attempts: [] }).ended,
  };
  return drive;
}

/**
 * Tasks parted by `;`, each `name flags: inputs`. Flags: `fresh`, `waiting`, `wrapper`, `external`, `priority=1`,
 * `runner=emr`, `retries=0`, `batch=max/waitMs` (the name of the task is then the letters it begins with), and any other
 * `name=amount` for a resource.
 */
export function submissionOf(written: string): readonly SubmittedTask[] {
  return written.split(';').map((each) => {
    const [before = '', after = ''] = each.split(':');
    const [task = '', ...flags] = wordsOf(before);
    const given = new Map(flags.map((flag) => flag.split('=') as [string, string | undefined]));
    const known = ['fresh', 'waiting', 'wrapper', 'external', 'priority', 'runner', 'retries', 'batch'];
    const resources = [...given].flatMap(([name, amount]) =>
      known.includes(name) ? [] : [[name, Number(amount)] as const],
    );
    const runs = !given.has('wrapper') && !given.has('external');
    return {
      task,
      name: /^[a-z]*/.exec(task)?.[0] ?? task,
      after: wordsOf(after),
      state: given.has('fresh') ? 'fresh' : given.has('waiting') ? 'waiting' : 'pending',
      ...(given.has('waiting') ? { for: 'the day' } : {}),
      ...(given.has('wrapper') ? { wrapper: true } : {}),
      ...(runs ? { runner: given.get('runner') ?? 'local' } : {}),
      ...batchGiven(given.get('batch')),
      ...(given.has('retries') ? { retries: Number(given.get('retries')) } : {}),
      priority: Number(given.get('priority') ?? 0),
      resources: Object.fromEntries(resources),
    };
  });
}

function batchGiven(written: string | undefined): Pick<SubmittedTask, 'batch'> {
  const [max, waitMs] = (written ?? '').split('/').map(Number);
  return max === undefined || waitMs === undefined ? {} : { batch: { max, waitMs } };
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

function viewText(view: TaskView): string {
  if (view.state !== 'ended') return `${view.task} ${view.state}`;
  return `${view.task} ${view.end === undefined ? 'fresh' : endText(view.end)}`;
}

function endText(end: TaskEnd): string {
  return end.kind === 'upstream-failed' ? `upstream-failed by ${end.culprit}` : end.kind;
}
