import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Lease } from '@daybook/core';
import { isBadEnd, openEvents, withoutStack, workForScheduler } from '@daybook/core';
import { openLog } from '@daybook/scheduler';
import { connect, schedulerUrl } from '../scheduler-connection.ts';
import { serviceLogOptions } from '../service-log.ts';
import { watchStops } from '../stops.ts';
import type { Workplace } from '../workplace.ts';
import { workersOf } from '../workplace.ts';

/** After so long the worker itself asks again, and says so in the log. */
const giveUpMs = 10_000;

/** `daybook worker`: does the work of a central scheduler until it is told to stop. */
export async function workerCommand(workplace: Workplace): Promise<number> {
  const { config, configPath, invocation } = workplace;
  const { options } = invocation;
  const slots = workersOf(workplace);
  const log = openLog(serviceLogOptions(options, workplace));
  // One of an earlier process that had the same number must not be taken for this one.
  const worker = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const client = connect(options, { giveUpMs });
  // The scheduler tells of runs and attempts; of its clusters a worker alone knows.
  const events = openEvents(config.on, { reported: (why) => log.warn({ why }, 'handler-failed') });
  using stops = watchStops({
    first: () => log.info({ worker }, 'draining'),
    second: () => log.warn({ worker }, 'stopping'),
  });
  const began = new Map<string, number>();
  const placeOf = ({ run, task, attempt, number, runner }: Lease) => ({ run, task, attempt, number, runner });
  const tookMs = ({ attempt }: Lease): number => {
    const startedMs = began.get(attempt) ?? Date.now();
    began.delete(attempt);
    return Date.now() - startedMs;
  };
  log.info({ worker, scheduler: schedulerUrl(options), slots, process: process.pid }, 'working');
  try {
    await workForScheduler({
      config,
      configPath,
      scheduler: client.port,
      name: worker,
      slots,
      drain: stops.first,
      signal: stops.second,
      told: (event) => {
        const { kind, at: _, ...facts } = event;
        log.info(facts, kind === 'clusterCreated' ? 'cluster-created' : 'cluster-ended');
        events.tell(event);
      },
      started: (lease) => {
        began.set(lease.attempt, Date.now());
        log.info(placeOf(lease), 'attempt-started');
      },
      ended: (lease, end, retryAtMs) => {
        const { kind: outcome, ...facts } = end;
        const error = 'error' in facts ? { error: withoutStack(facts.error) } : {};
        const retryInMs = retryAtMs === undefined ? {} : { retryInMs: Math.max(0, retryAtMs - Date.now()) };
        log[isBadEnd(end) ? 'warn' : 'info'](
          { ...placeOf(lease), outcome, durationMs: tookMs(lease), ...retryInMs, ...error },
          'attempt-ended',
        );
        if ('error' in facts && facts.error.stack !== undefined)
          log.debug({ ...placeOf(lease), stack: facts.error.stack }, 'attempt-stack');
      },
      abandoned: (lease) => log.warn({ ...placeOf(lease), durationMs: tookMs(lease) }, 'lease-lost'),
      unanswered: (error) =>
        log.warn({ why: error instanceof Error ? error.message : String(error) }, 'scheduler-unreachable'),
    });
  } finally {
    await events.close();
    client.close();
  }
  log.info({ worker }, 'stopped');
  return 0;
}
