import type { AttemptEnd } from './attempt.ts';
import { assert } from './assert.ts';
import { withoutStack } from './errors.ts';
import type { SchedulerPort } from './scheduler-port.ts';
import { refusedError } from './scheduler-port.ts';
import type { Lease, Refused, ReportedResponse } from './scheduler/protocol.ts';
import { shortEnd } from './short-end.ts';

interface Reporting {
  /** Of the worker. */
  readonly name: string;
  readonly scheduler: SchedulerPort;
}

/**
 * Reports how an attempt ended and gives what was reported: where the scheduler does not take that, a failure in its place. The
 * stack of an error is not reported. Throws what the way to the scheduler throws.
 */
export async function reportEnd(
  lease: Lease,
  end: AttemptEnd,
  reporting: Reporting,
): Promise<{ readonly reported: AttemptEnd; readonly answer: ReportedResponse }> {
  const answer = await report(lease, end, reporting);
  if (answer.kind === 'reported') return { reported: end, answer };
  const message = `The attempt at ${lease.task} ended as ${end.kind}, and the scheduler does not take that: ${answer.why}`;
  const failed = shortEnd({ kind: 'failed', fault: 'task', error: { code: 'bug', message } });
  const again = await report(lease, failed, reporting);
  if (again.kind === 'refused') throw refusedError('report', again.why);
  return { reported: failed, answer: again };
}

async function report(
  { attempt }: Lease,
  end: AttemptEnd,
  { name: worker, scheduler }: Reporting,
): Promise<ReportedResponse | Refused> {
  const told = 'error' in end ? { ...end, error: withoutStack(end.error) } : end;
  const answer = await scheduler({ kind: 'report', worker, attempt, end: told });
  assert(
    answer.kind === 'reported' || answer.kind === 'refused',
    `A scheduler answers \`report\` with reported, not with ${JSON.stringify(answer)}.`,
  );
  return answer;
}
