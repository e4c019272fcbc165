import { resolve } from 'node:path';
import type { RunBoard, RunResult, Schedule } from '@daybook/core';
import { closeRunners, dayIn, DaybookError, eventsOf, openEvents, submitRun } from '@daybook/core';
import type { DueRun, Schedules } from '@daybook/scheduler';
import { openLog, startScheduler, startSchedules } from '@daybook/scheduler';
import { wholeNumber } from '../arguments.ts';
import { scheduledTasks } from '../planned-schedules.ts';
import { serviceLogOptions } from '../service-log.ts';
import { watchStops } from '../stops.ts';
import type { Workplace } from '../workplace.ts';

const leastLeaseSeconds = 5;
const highestPort = 65_535;

/** `daybook serve`: the central scheduler and its schedules, until it is told to stop. */
export async function serveCommand(workplace: Workplace): Promise<number> {
  const { config, stateFolder, invocation } = workplace;
  const { options } = invocation;
  const state = options.state === undefined ? stateFolder : resolve(options.state);
  const logOptions = serviceLogOptions(options, workplace);
  const log = openLog(logOptions);
  const stopped = Promise.withResolvers<void>();
  using stops = watchStops({ first: stopped.resolve, second: () => undefined });
  const events = openEvents(config.on, { reported: (why) => log.warn({ why }, 'handler-failed') });
  let schedules: Schedules | undefined;
  const server = await startScheduler({
    state,
    port: portOf(options.port),
    ...(options.host === undefined ? {} : { host: options.host }),
    resources: config.resources ?? {},
    leaseMs: 1000 * leaseSecondsOf(options.lease),
    historyDays: wholeNumber('history', options.history, 400),
    runDays: wholeNumber('run-days', options['run-days'], 7),
    log: logOptions,
    hooks: { latenessSeconds: () => schedules?.latenessSeconds() ?? {} },
    event: (event, atMs) => eventsOf(event, atMs).forEach(events.tell),
  });
  try {
    schedules = startSchedules({
      schedules: config.schedules ?? [],
      ...(config.zone === undefined ? {} : { zone: config.zone }),
      state,
      log: logOptions,
      start: async (due) => await startDue(workplace, server.board, due),
      runOf: server.board.run,
    });
    for (const { name, atMs } of schedules.next())
      log.info({ schedule: name, next: new Date(atMs).toISOString() }, 'scheduled');
    if (!stops.first.aborted) await stopped.promise;
  } finally {
    await schedules?.stop();
    await server.stop();
    await events.close();
    for (const { runner, error } of await closeRunners(config.runners))
      log.warn({ runner, why: error.message }, 'runner-not-closed');
  }
  return 0;
}

/** Plans the run of a due time as of now, submits it and follows it to its end. */
async function startDue(
  { config }: Workplace,
  board: RunBoard,
  { schedule, run, again, signal }: DueRun,
): Promise<RunResult> {
  const today = dayIn(config.zone ?? 'UTC', Date.now());
  return await submitRun({
    config,
    board,
    run,
    roots: scheduledTasks(config, schedule, today),
    today,
    command: wordsOf(schedule),
    signal,
    // What was wished for was submitted the first time: a second submission is to bring what is left.
    ...(schedule.force === true && !again ? { force: true } : {}),
    ...(schedule.refetch === true && !again ? { refetch: true } : {}),
  });
}

/** The command line that would ask for the same. */
function wordsOf({ task, parameters = {}, force, refetch }: Schedule): readonly string[] {
  const flags = Object.entries(parameters).flatMap(([name, given]) => [`--${name}`, given]);
  const wishes = [...(force === true ? ['--force'] : []), ...(refetch === true ? ['--refetch'] : [])];
  return ['run', task, ...flags, ...wishes];
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
