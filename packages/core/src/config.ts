import { isZone } from './calendar.ts';
import { DaybookError } from './errors.ts';
import { handlersRefusal } from './events/check-handlers.ts';
import type { EventHandlers } from './events/event.ts';
import type { Runner } from './runner.ts';
import type { Schedule } from './schedule.ts';
import { checkSchedules } from './schedule.ts';
import type { Target } from './target.ts';
import type { TaskDefinition, TaskName } from './task.ts';

/** A runner, and the tasks that it alone is given; without names it takes whatever kind of job it can run. */
export interface RunnerChoice {
  readonly runner: Runner;
  readonly tasks: readonly TaskName[];
}

/** What a user's `daybook.config.ts` exports as its default: plain values, wired together. */
export interface Config {
  readonly targets: Target;
  /** In order: a task goes to the first that takes it. */
  readonly runners: readonly (Runner | RunnerChoice)[];
  readonly tasks: readonly AnyTaskDefinition[];
  /** The IANA time zone that decides which day is today; days themselves are UTC. Default `UTC`. */
  readonly zone?: string;
  /** How much of each named resource there is. One by the name of a runner caps how many workers have work for it at once. */
  readonly resources?: Readonly<Record<string, number>>;
  /** How many attempts run at once. Default: one for each processor. */
  readonly workers?: number;
  /** What `daybook serve` runs by itself, and when. Default: nothing. */
  readonly schedules?: readonly Schedule[];
  /** Who is told what happens, by kind of event. Nothing that must happen hangs on one. Default: nobody. */
  readonly on?: EventHandlers;
}

/** A task definition whatever its parameters and columns are. */
export type AnyTaskDefinition = Pick<TaskDefinition, 'taskName'> & ((...values: never[]) => unknown);

/** A configuration as the engine uses it: the same, looked through once. */
export interface CheckedConfig extends Omit<Config, 'tasks' | 'runners'> {
  readonly definitions: ReadonlyMap<TaskName, TaskDefinition>;
  readonly runners: readonly Runner[];
  /** The runner of a task; undefined for wrappers and external tasks. */
  runnerOf(definition: TaskDefinition): Runner | undefined;
}

/** Types a configuration. It does nothing else: workers and child processes import the same module. */
export function defineConfig(config: Config): Config {
  return config;
}

/** Looks through a configuration and names what is wrong with it. `where` is its path. */
export function checkConfig(value: unknown, where: string): CheckedConfig {
  const refuse = (why: string): never => {
    throw new DaybookError('config-invalid', `The configuration ${where} ${why}`);
  };
  if (typeof value !== 'object' || value === null)
    return refuse('exports no default: write `export default defineConfig({ … })`.');
  const config = value as Config;
  if (typeof config.targets?.createManifest !== 'function')
    refuse('has no `targets`: give it a target such as fileTargets({ root }).');
  if (!Array.isArray(config.runners) || config.runners.length === 0)
    refuse('has no `runners`: give it a list such as [localRunner()].');
  if (!Array.isArray(config.tasks)) refuse('has no `tasks`: give it a list of task definitions.');
  if (config.zone !== undefined && !isZone(config.zone))
    refuse(`has the zone "${config.zone}", which is no IANA time zone such as Europe/London.`);
  const choices = config.runners.map((each) =>
    'runner' in each ? each : { runner: each, tasks: undefined },
  );
  const definitions = definitionsByName(config.tasks as readonly TaskDefinition[], refuse);
  const runners = [...new Set(choices.map((choice) => choice.runner))];
  const names = runners.map((runner) => runner.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`has two runners named "${twice}", which cannot be told apart: keep one.`);
  const unknown = choices.flatMap((choice) => choice.tasks ?? []).find((name) => !definitions.has(name));
  if (unknown !== undefined)
    refuse(`gives a runner the task "${unknown}", which is not among its \`tasks\`: see to the name.`);
  for (const [name, amount] of Object.entries(config.resources ?? {})) {
    if (names.includes(name) && !(amount >= 1))
      refuse(
        `has ${amount} of the resource "${name}", which is a runner's name and caps how many workers use it: give a number from 1.`,
      );
    if (!(amount >= 0)) refuse(`has ${amount} of the resource "${name}": give a number from 0.`);
  }
  checkSchedules(config.schedules, (name) => definitions.has(name), refuse);
  const handlers = handlersRefusal(config.on);
  if (handlers !== undefined) refuse(handlers);
  const { tasks: _, ...rest } = config;
  return {
    ...rest,
    definitions,
    runners,
    runnerOf: (definition) => {
      const { job, taskName } = definition;
      if (job === undefined) return undefined;
      const takes = (choice: (typeof choices)[number]): boolean =>
        choice.runner.kinds.includes(job.kind) &&
        (choice.tasks === undefined || choice.tasks.includes(taskName));
      const choice = choices.find(takes);
      if (choice !== undefined) return choice.runner;
      throw new DaybookError(
        'runner-missing',
        `No runner in ${where} takes ${taskName}, a ${job.kind} job: add one, such as localRunner().`,
      );
    },
  };
}

/** The definition of a name; an unknown one is an error that lists those that are near it. */
export function definitionOf(config: CheckedConfig, name: TaskName): TaskDefinition {
  const definition = config.definitions.get(name);
  if (definition !== undefined) return definition;
  const words = name.split('-');
  const near = [...config.definitions.keys()].filter((each) => words.some((word) => each.includes(word)));
  const known = (near.length > 0 ? near : [...config.definitions.keys()]).join(', ');
  throw new DaybookError('task-unknown', `There is no task "${name}". There is: ${known}.`);
}

function definitionsByName(
  tasks: readonly TaskDefinition[],
  refuse: (why: string) => never,
): ReadonlyMap<TaskName, TaskDefinition> {
  const byName = new Map<TaskName, TaskDefinition>();
  for (const definition of tasks) {
    if (typeof definition !== 'function' || typeof definition.taskName !== 'string')
      refuse('lists a task that defineTask did not make.');
    if (byName.has(definition.taskName))
      refuse(`lists two tasks named "${definition.taskName}": a name belongs to one.`);
    byName.set(definition.taskName, definition);
  }
  return byName;
}
