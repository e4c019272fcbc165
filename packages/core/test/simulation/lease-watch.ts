import type { Lease, Request, Response, SubmittedTask } from '../../src/scheduler/protocol.ts';
import type { Scheduler } from '../../src/scheduler/scheduler.ts';
import type { SchedulerEvent } from '../../src/scheduler/view.ts';
import type { TaskId } from '../../src/task.ts';

/** Looks at what one scheduler is asked and answers, and says what must never be. */
export interface LeaseWatch {
  saw(request: Request, nowMs: number, response: Response, scheduler: Scheduler): void;
  /** Is told by the scheduler what happens. */
  readonly told: (event: SchedulerEvent) => void;
}

interface Given {
  readonly lease: Lease;
  readonly worker: string;
  readonly digest: string;
  untilMs: number;
}

export function leaseWatch(
  leaseMs: number,
  resources: Readonly<Record<string, number>>,
  violate: (what: string) => void,
): LeaseWatch {
  const tasks = new Map<TaskId, SubmittedTask & { readonly digest: string }>();
  const live = new Map<string, Given>();
  const over = new Set<string>();
  /** Whose report ended an attempt. */
  const reporters = new Map<string, string>();
  const toldEnded = new Set<string>();
  const cancelled = new Set<string>();
  const wanted = new Map<string, ReadonlySet<TaskId>>();
  let paused: Response & { readonly kind: 'paused' } = { kind: 'paused', all: false, names: [] };
  let heldMs = 0;
  let change = 0;
  const finish = (attempt: string): void => {
    live.delete(attempt);
    over.add(attempt);
  };
  const give = (lease: Lease, worker: string, digest: string): void => {
    if (live.has(lease.attempt)) return;
    if (over.has(lease.attempt)) violate(`the attempt ${lease.attempt} at ${lease.task} is given twice`);
    for (const other of live.values())
      if (other.lease.task === lease.task) violate(`two leases are held for ${lease.task}`);
    const submitted = tasks.get(lease.task);
    if (submitted?.digest !== digest)
      violate(`${lease.task} is of the project ${submitted?.digest} and given to a worker of ${digest}`);
    if (paused.all || paused.names.includes(submitted?.name ?? ''))
      violate(`${lease.task} is paused and begins`);
    live.set(lease.attempt, { lease, worker, digest, untilMs: lease.untilMs });
    for (const [name, cap] of Object.entries(resources)) {
      const users = [...live.values()].filter((each) => each.lease.runner === name);
      if (new Set(users.map((each) => each.worker)).size > cap)
        violate(`more than ${cap} workers have work for the runner ${name}`);
      const used = [...live.values()].reduce(
        (sum, each) => sum + (tasks.get(each.lease.task)?.resources[name] ?? 0),
        0,
      );
      if (used > cap) violate(`${used} of the resource ${name} are taken, and there is ${cap}`);
    }
  };
  const expectDecidedAgain = ({ lease, digest }: Given, kind: string, scheduler: Scheduler): void => {
    if (cancelled.has(lease.attempt)) return;
    const overtaken = tasks.get(lease.task)?.digest !== digest;
    if (kind !== 'superseded' && !overtaken) return;
    for (const { task, state, end } of scheduler.tasks())
      if (
        task === lease.task &&
        state === 'ended' &&
        (end === undefined || end.kind === kind || end.kind === 'fresh')
      )
        violate(`${task} was superseded, and is not decided again`);
  };
  const expectAlike = (batch: readonly Lease[]): void => {
    const [first, ...others] = batch.map((lease) => ({ lease, submitted: tasks.get(lease.task) }));
    const alike = others.every(
      ({ lease, submitted }) =>
        lease.runner === first?.lease.runner &&
        lease.run === first.lease.run &&
        submitted?.name === first.submitted?.name,
    );
    if (!alike) violate(`a batch holds tasks of several kinds: ${batch.map(({ task }) => task).join(', ')}`);
    const max = first?.submitted?.batch?.max ?? 1;
    if (batch.length > max) violate(`a batch has ${batch.length} tasks, and its runner takes ${max}`);
  };
  /** What one run looks like while it has ended. */
  const endedAs = new Map<string, string>();
  /** Nothing but a submission to it or a retry of it changes a run that has ended. */
  const expectEndedStay = (request: Request, scheduler: Scheduler): void => {
    const opens = request.kind === 'submit' || request.kind === 'retry' ? request.run : undefined;
    for (const { run, endedMs, counts } of scheduler.runs()) {
      const now = endedMs === undefined ? 'open' : JSON.stringify([endedMs, counts]);
      const then = endedAs.get(run) ?? 'open';
      if (then !== 'open' && now !== then && run !== opens)
        violate(`${run} had ended as ${then}, and is ${now}`);
      endedAs.set(run, now);
    }
  };
  /** A run has ended when nothing in it can run, and not before. What goes on is wanted by an open run. */
  const expectRunsEnded = (scheduler: Scheduler): void => {
    if (scheduler.change === change) return;
    change = scheduler.change;
    const inOpenRuns = new Set<TaskId>();
    wanted.clear();
    for (const { run, endedMs } of scheduler.runs()) {
      const views = scheduler.tasks({ run });
      const going = views.flatMap(({ task, state }) => (state === 'ended' ? [] : task));
      for (const { task, state } of views)
        if (state === 'pending' && !tasks.get(task)?.after.some((id) => going.includes(id)))
          violate(`${task} waits in ${run}, and nothing goes on there that it could wait for`);
      if (going.length > 0 !== (endedMs === undefined))
        violate(
          `${run} has ${endedMs === undefined ? 'not ' : ''}ended, and can run: ${going.join(', ') || 'nothing'}`,
        );
      for (const task of going) inOpenRuns.add(task);
      wanted.set(run, new Set(going));
    }
    for (const { task, state } of scheduler.tasks())
      if (state !== 'ended' && !inOpenRuns.has(task)) violate(`${task} is ${state} and no run wants it`);
  };
  /** To cancel a run takes nothing from the others. */
  const expectOthersGoOn = (run: string, before: ReadonlyMap<string, ReadonlySet<TaskId>>): void => {
    for (const [other, going] of before) {
      if (other === run) continue;
      for (const task of going)
        if (wanted.get(other)?.has(task) !== true) violate(`${task} goes on for ${other}, and is cancelled`);
    }
  };
  /** What nobody has cancelled and its worker stopped all the same may begin at once, and has not ended. */
  const expectGivenBack = ({ lease }: Given, scheduler: Scheduler): void => {
    if (cancelled.has(lease.attempt)) return;
    for (const { task, state, end } of scheduler.tasks()) {
      if (task !== lease.task) continue;
      if (state === 'backing-off') violate(`${task} is given back, and has to wait`);
      if (lease.number === 1 && state === 'ended' && (end?.kind === 'cancelled' || end?.kind === 'lost'))
        violate(`${task} ends ${end.kind}, and was given back`);
    }
  };
  const expire = (): void => {
    for (const [attempt, { untilMs }] of live) if (untilMs <= heldMs) finish(attempt);
  };
  return {
    told(event) {
      if (event.kind !== 'attempt-ended') return;
      if (toldEnded.has(event.attempt)) violate(`the attempt ${event.attempt} has two ends`);
      toldEnded.add(event.attempt);
    },
    saw(request, nowMs, response, scheduler) {
      heldMs = Math.max(heldMs, nowMs);
      const before = new Map(wanted);
      if (request.kind === 'started') for (const given of live.values()) given.untilMs = heldMs + leaseMs;
      expire();
      if (request.kind === 'submit')
        for (const each of request.tasks) {
          tasks.set(each.task, { ...each, digest: request.project?.digest ?? '' });
          for (const { lease } of live.values())
            if (lease.task === each.task) cancelled.delete(lease.attempt);
        }
      if (response.kind === 'paused') paused = response;
      if (response.kind === 'cancelling') for (const id of response.attempts) cancelled.add(id);
      if (request.kind === 'next' && response.kind === 'work') {
        const digest = request.project?.digest ?? '';
        for (const lease of response.leases) give(lease, request.worker, digest);
        for (const batch of Map.groupBy(response.leases, (lease) => lease.batch ?? lease.attempt).values())
          expectAlike(batch);
      }
      if (request.kind === 'beat' && response.kind === 'beaten') {
        for (const attempt of request.attempts) {
          const given = live.get(attempt);
          if (given?.worker === request.worker) given.untilMs = heldMs + leaseMs;
          else if (response.lost.includes(attempt) === (reporters.get(attempt) === request.worker))
            violate(`the attempt ${attempt} is over, and its worker is told otherwise`);
        }
        for (const attempt of response.cancelled)
          if (!cancelled.has(attempt)) violate(`${attempt} is to be stopped, and is wanted`);
      }
      if (request.kind === 'report' && response.kind === 'reported') {
        const given = live.get(request.attempt);
        const held = given?.worker === request.worker;
        if (held) reporters.set(request.attempt, request.worker);
        const counts = reporters.get(request.attempt) === request.worker;
        if (counts !== response.accepted)
          violate(
            `a report of ${request.attempt} is ${counts ? 'refused' : 'accepted, and its lease is over'}`,
          );
        if (held && given !== undefined) expectDecidedAgain(given, request.end.kind, scheduler);
        if (held && given !== undefined && request.end.kind === 'cancelled')
          expectGivenBack(given, scheduler);
        if (held) finish(request.attempt);
      }
      expectRunsEnded(scheduler);
      expectEndedStay(request, scheduler);
      // Time has passed before what is cancelled was.
      if (request.kind === 'cancel' && request.run !== undefined && response.kind === 'cancelling')
        expectOthersGoOn(request.run, before);
      if (request.kind === 'cancel' && request.run !== undefined && response.kind === 'cancelling')
        for (const { task, state, attempt } of scheduler.tasks({ run: request.run }))
          if (state !== 'ended' && !response.attempts.includes(attempt?.id ?? ''))
            violate(`${request.run} is cancelled, and ${task} is ${state} in it`);
    },
  };
}
