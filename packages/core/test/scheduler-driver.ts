import type { AttemptEnd } from '../src/attempt.ts';
import type {
  Lease,
  ProjectRef,
  Request,
  Response,
  SubmitRequest,
  SubmittedTask,
  TaskEnd,
} from '../src/scheduler/protocol.ts';
import type { SchedulerOptions } from '../src/scheduler/scheduler.ts';
import { Scheduler } from '../src/scheduler/scheduler.ts';
import type { TaskView } from '../src/scheduler/view.ts';

/** Who asks, where that matters: by default the worker `w`, in one process. */
export interface Asking {
  readonly worker?: string;
  readonly project?: ProjectRef;
}

/** A scheduler and its workers on virtual time, driven by hand and seen as text. */
export interface Driver {
  readonly scheduler: Scheduler;
  nowMs: number;
  ask<K extends Request['kind']>(request: Request & { readonly kind: K }): Answer<K>;
  submit(written: string, of?: Partial<SubmitRequest>): Answer<'submit'>;
  /** Asks for `count` attempts and tells the tasks of the leases given; those of one batch as `a+b`. */
  next(count: number, runners?: readonly string[], asking?: Asking): readonly string[];
  /** Reports the running attempt at `task`. */
  end(task: string, end: AttemptEnd | 'published' | 'superseded'): Answer<'report'>;
  /** All that is due by itself. */
  tick(afterMs?: number): void;
  lease(task: string): Lease;
  view(task: string): TaskView;
  /** `a published, b running, …`, in the order of submission: as they are, or as they are in one run. */
  text(run?: string): string;
  /** `ok: published 2` or, of a run that has not ended, `open: ready 1, running 1`. */
  run(id: string): string;
  /** Whether nothing is left that could run. */
  ended(): boolean;
}

type AnswerKinds = {
  submit: 'submitted';
  next: 'work';
  beat: 'beaten';
  report: 'reported';
  cancel: 'cancelling';
  retry: 'retrying';
  pause: 'paused';
  resume: 'paused';
  tick: 'ticked';
  started: 'ticked';
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
  const leases = new Map<string, Lease & { readonly worker: string }>();
  let asked = 0;
  const drive: Driver = {
    scheduler,
    nowMs: 1_000_000,
    ask(request) {
      return scheduler.handle(request, drive.nowMs) as never;
    },
    submit: (written, of) => drive.ask(submitRequest(written, of)),
    next(count, runners = ['local'], { worker = 'w', project } = {}) {
      const newIds = (ids: number): readonly string[] =>
        Array.from({ length: ids }, () => `attempt-${(asked += 1)}`);
      const answer = drive.ask({
        kind: 'next',
        worker,
        ...(project === undefined ? {} : { project }),
        runners,
        attempts: newIds(count),
        more: newIds(count * 9),
      });
      for (const lease of answer.leases) leases.set(lease.task, { ...lease, worker });
      return [...Map.groupBy(answer.leases, ({ batch, attempt }) => batch ?? attempt).values()].map((batch) =>
        batch.map(({ task }) => task).join('+'),
      );
    },
    end(task, end) {
      const full = end === 'published' ? published : end === 'superseded' ? superseded() : end;
      const { attempt } = drive.lease(task);
      const worker = leases.get(task)?.worker ?? 'w';
      return drive.ask({ kind: 'report', worker, attempt, end: full });
    },
    tick(afterMs = 0) {
      drive.nowMs += afterMs;
      drive.ask({ kind: 'tick' });
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
    text: (run) =>
      scheduler
        .tasks(run === undefined ? {} : { run })
        .map(viewText)
        .join(', '),
    run(id) {
      const run = scheduler.run(id);
      if (run === undefined) return 'forgotten';
      const counts = Object.entries(run.counts).map(([status, count]) => `${status} ${count}`);
      return [`${run.outcome ?? 'open'}:`, counts.join(', ')].join(' ').trim();
    },
    ended: () => drive.ask({ kind: 'next', worker: 'w', runners: [], attempts: [] }).ended,
  };
  return drive;
}

/** Tasks as one submission, by default of the run `run` in one process. */
export function submitRequest(
  written: string,
  of: Partial<SubmitRequest> = {},
): SubmitRequest & { readonly kind: 'submit' } {
  return { kind: 'submit', run: 'run', today: '2018-08-01', tasks: submissionOf(written), ...of };
}

/**
 * Tasks parted by `;`, each `name flags: inputs`. Flags: `fresh`, `waiting`, `wrapper`, `external`, `priority=1`,
 * `runner=emr`, `retries=0`, `forced`, `refetch`, `seen=1`, `batch=max/waitMs` (the name of the task is then the letters it begins with), and any other
 * `name=amount` for a resource.
 */
export function submissionOf(written: string): readonly SubmittedTask[] {
  return written.split(';').map((each) => {
    const [before = '', after = ''] = each.split(':');
    const [task = '', ...flags] = wordsOf(before);
    const given = new Map(flags.map((flag) => flag.split('=') as [string, string | undefined]));
    const known = [
      'fresh',
      'waiting',
      'wrapper',
      'external',
      'priority',
      'runner',
      'retries',
      'batch',
    ].concat('forced', 'refetch', 'seen');
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
      wish: {
        seen: Number(given.get('seen') ?? 0),
        ...(given.has('forced') ? { forced: true } : {}),
        ...(given.has('refetch') ? { refetch: true } : {}),
      },
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
