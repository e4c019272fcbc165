import { resolve } from 'node:path';
import { DaybookError } from '@daybook/core';
import { startScheduler } from '@daybook/scheduler';
import { wholeNumber } from '../arguments.ts';
import { serviceLogOptions } from '../service-log.ts';
import { watchStops } from '../stops.ts';
import type { Workplace } from '../workplace.ts';

const leastLeaseSeconds = 5;
const highestPort = 65_535;

/** `daybook serve`: the central scheduler, until it is told to stop. */
export async function serveCommand(workplace: Workplace): Promise<number> {
  const { config, stateFolder, invocation } = workplace;
  const { options } = invocation;
  const stopped = Promise.withResolvers<void>();
  using stops = watchStops({ first: stopped.resolve, second: () => undefined });
  const server = await startScheduler({
    state: options.state === undefined ? stateFolder : resolve(options.state),
    port: portOf(options.port),
    ...(options.host === undefined ? {} : { host: options.host }),
    resources: config.resources ?? {},
    leaseMs: 1000 * leaseSecondsOf(options.lease),
    historyDays: wholeNumber('history', options.history, 400),
    log: serviceLogOptions(options, workplace),
  });
  if (!stops.first.aborted) await stopped.promise;
  await server.stop();
  return 0;
}

function portOf(given: string | undefined): number {
  if (given === undefined) return 8766;
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= highestPort) return port;
  throw new DaybookError('usage', `--port ${given} is no port: give a number from 0 to ${highestPort}.`);
}

function leaseSecondsOf(given: string | undefined): number {
  const seconds = wholeNumber('lease', given, 60);
  if (seconds >= leastLeaseSeconds) return seconds;
  throw new DaybookError(
    'usage',
    `--lease ${seconds} is too short: a worker that is held up for a moment would lose its tasks. Give at least ${leastLeaseSeconds}.`,
  );
}
