import { availableParallelism } from 'node:os';
import type { CheckedConfig, Day, Task } from '@daybook/core';
import { checkWorkers, DaybookError, dayIn, isDay } from '@daybook/core';
import { wholeNumber } from './arguments.ts';
import type { Invocation } from './invocation.ts';
import { loadConfig } from './load-config.ts';
import { selectTask, selectTasks } from './select-tasks.ts';
import type { Output } from './terminal/output.ts';
import type { Paint } from './terminal/paint.ts';

/** The streams of the command and how text is marked on each. */
export interface Streams {
  readonly out: Output;
  readonly err: Output;
  readonly outPaint: Paint;
  readonly errPaint: Paint;
}

/** What a command works with: its configuration, the accounting today, the streams. */
export interface Workplace extends Streams {
  readonly invocation: Invocation;
  readonly config: CheckedConfig;
  readonly configPath: string;
  readonly stateFolder: string;
  readonly today: Day;
  readonly json: boolean;
  /** The options of this command line that one for the same project and day needs too. */
  readonly everywhere: readonly string[];
  /** The tasks chosen on the command line. */
  tasks(): readonly Task[];
  /** The one task chosen on the command line. */
  task(): Task;
}

/** What each command is: it says its exit code. */
export type Command = (workplace: Workplace) => Promise<number>;

/** How many attempts run at once, as the command line or else the configuration says. */
export function workersOf({ config, invocation }: Workplace): number {
  const otherwise = config.workers ?? availableParallelism();
  return checkWorkers(wholeNumber('workers', invocation.options.workers, otherwise));
}

/** Loads the configuration that the command line means. */
export async function openWorkplace(invocation: Invocation, streams: Streams): Promise<Workplace> {
  const { options, tasks, flags } = invocation;
  if (options.today !== undefined && !isDay(options.today)) {
    throw new DaybookError('usage', `--today ${options.today} is not a day of the form YYYY-MM-DD.`);
  }
  const { config, path, stateFolder } = await loadConfig(options.config, process.cwd());
  const today = options.today ?? dayIn(config.zone ?? 'UTC', Date.now());
  const selection = { task: tasks[0] ?? '', flags, today };
  return {
    ...streams,
    invocation,
    config,
    configPath: path,
    stateFolder,
    today,
    json: options.json === true,
    everywhere: [
      ...(options.config === undefined ? [] : ['--config', options.config]),
      ...(options.today === undefined ? [] : ['--today', options.today]),
    ],
    tasks: () => selectTasks(config, selection),
    task: () => selectTask(config, selection, invocation.command),
  };
}
