import type { Lease, Request, Response, SubmittedTask } from '../../src/scheduler/protocol.ts';
import type { TaskView } from '../../src/scheduler/scheduler.ts';
import type { TaskId } from '../../src/task.ts';

/** Looks at what one scheduler is asked and answers, and says what must never be. */
export interface LeaseWatch {
  saw(request: Request, nowMs: number, response: Response, views: Iterable<TaskView>): void;
}

interface Given {
  readonly lease: Lease;
  readonly worker: string;
  untilMs: number;
}

export function leaseWatch(
  leaseMs: number,
  resources: Readonly<Record<string, number>>,
  violate: (what: string) => void,
): LeaseWatch {
  const tasks = new Map<TaskId, SubmittedTask>();
  const live = new Map<string, Given>();
  const over = new Set<string>();
  let heldMs = 0;
  const finish = (attempt: string): void => {
    live.delete(attempt);
    over.add(attempt);
  };
  const give = (lease: Lease, worker: string): void => {
    if (live.has(lease.attempt)) return;
    if (over.has(lease.attempt)) violate(`the attempt ${lease.attempt} at ${lease.task} is given twice`);
    for (const other of live.values())
      if (other.lease.task === lease.task) violate(`two leases are held for ${lease.task}`);
    live.set(lease.attempt, { lease, worker, untilMs: lease.untilMs });
    for (const [name, cap] of Object.entries(resources)) {
      const used = [...live.values()].reduce(
        (sum, each) => sum + (tasks.get(each.lease.task)?.resources[name] ?? 0),
        0,
      );
      if (used > cap) violate(`${used} of the resource ${name} are taken, and there is ${cap}`);
    }
  };
  const expectDecidedAgain = (superseded: TaskId | undefined, views: Iterable<TaskView>): void => {
    for (const { task, state, end } of views)
      if (task === superseded && state === 'ended' && end?.kind === 'fresh')
        violate(`${task} was superseded, and is not decided again`);
  };
  const expectAlike = (batch: readonly Lease[]): void => {
    const [first, ...others] = batch.map((lease) => ({ lease, submitted: tasks.get(lease.task) }));
    const alike = others.every(
      ({ lease, submitted }) =>
        lease.runner === first?.lease.runner && submitted?.name === first?.submitted?.name,
    );
    if (!alike) violate(`a batch holds tasks of several names: ${batch.map(({ task }) => task).join(', ')}`);
    const max = first?.submitted?.batch?.max ?? 1;
    if (batch.length > max) violate(`a batch has ${batch.length} tasks, and its runner takes ${max}`);
  };
  return {
    saw(request, nowMs, response, views) {
      heldMs = Math.max(heldMs, nowMs);
      for (const [attempt, { untilMs }] of live) if (untilMs <= heldMs) finish(attempt);
      if (request.kind === 'submit') for (const each of request.tasks) tasks.set(each.task, each);
      if (request.kind === 'next' && response.kind === 'work') {
        for (const lease of response.leases) give(lease, request.worker);
        for (const batch of Map.groupBy(response.leases, (lease) => lease.batch ?? lease.attempt).values())
          expectAlike(batch);
      }
      if (request.kind === 'beat' && response.kind === 'beaten') {
        for (const attempt of request.attempts) {
          const given = live.get(attempt);
          if (given?.worker === request.worker) given.untilMs = heldMs + leaseMs;
          else if (!response.lost.includes(attempt)) violate(`the lost attempt ${attempt} is kept alive`);
        }
      }
      if (request.kind === 'report' && response.kind === 'reported') {
        const held = live.get(request.attempt)?.worker === request.worker;
        if (held !== response.accepted)
          violate(
            `a report of ${request.attempt} is ${held ? 'refused' : 'accepted, and its lease is over'}`,
          );
        if (held && request.end.kind === 'superseded')
          expectDecidedAgain(live.get(request.attempt)?.lease.task, views);
        if (held) finish(request.attempt);
      }
    },
  };
}
