import type { CheckedConfig, Day, Task, TaskDefinition, Values } from '@daybook/core';
import {
  DaybookError,
  daysBetween,
  definitionOf,
  monthsBetween,
  parseValues,
  splitTaskId,
} from '@daybook/core';

/** What the command line says about tasks: a name or an id, and flags. */
export interface Selection {
  readonly task: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly today: Day;
}

/**
 * The tasks that a command line chooses: one, or each of a range. A flag with the name of a parameter sets it; otherwise
 * `from` and `through` are an exact range over the one day or month that is left.
 */
export function selectTasks(config: CheckedConfig, selection: Selection): readonly Task[] {
  const { name, segment } = splitTaskId(selection.task);
  const definition = definitionOf(config, name);
  const inId = textsOf(segment, selection.task);
  const { texts, range } = sortFlags(definition, selection.flags);
  const twice = Object.keys(texts).find((each) => Object.hasOwn(inId, each));
  if (twice !== undefined)
    throw usage(`${twice} is given twice, in ${selection.task} and as --${twice}: give it once.`);
  const given = parseValues(definition, { ...inId, ...texts });
  const make = definition as (values: Values) => Task;
  if (range === undefined) return [make(withDefaults(definition, given, selection.today))];
  const { param, steps } = stepsOf(definition, given, range);
  return steps.map((step) => make(withDefaults(definition, { ...given, [param]: step }, selection.today)));
}

/** The one task that a command line chooses; a range is refused. */
export function selectTask(config: CheckedConfig, selection: Selection, command: string): Task {
  const [task, another] = selectTasks(config, selection);
  if (task !== undefined && another === undefined) return task;
  throw usage(`daybook ${command} is about one output and is given a range: name one day or month.`);
}

interface Range {
  readonly from: string;
  readonly through: string;
}

function sortFlags(
  definition: TaskDefinition,
  flags: Readonly<Record<string, string>>,
): { texts: Readonly<Record<string, string>>; range: Range | undefined } {
  const isParam = (name: string): boolean => Object.hasOwn(definition.params, name);
  const isEnd = (name: string): boolean => (name === 'from' || name === 'through') && !isParam(name);
  const ends = Object.fromEntries(Object.entries(flags).filter(([name]) => isEnd(name)));
  const texts = Object.fromEntries(Object.entries(flags).filter(([name]) => !isEnd(name)));
  const stranger = Object.keys(texts).find((name) => !isParam(name));
  if (stranger !== undefined) throw unknownFlag(definition, stranger);
  const { from, through } = ends;
  if (from === undefined && through === undefined) return { texts, range: undefined };
  if (isParam('through'))
    throw usage(
      `--from is no part of ${definition.taskName}, whose --through is a parameter: leave --from out.`,
    );
  if (from === undefined || through === undefined) {
    const [there, missing] = from === undefined ? ['through', 'from'] : ['from', 'through'];
    throw usage(`--${there} is given without --${missing}: a range needs both.`);
  }
  return { texts, range: { from, through } };
}

function unknownFlag(definition: TaskDefinition, flag: string): DaybookError {
  const known = Object.entries(definition.params).map(([name, { shape }]) => `--${name} ${shape}`);
  const has = known.length === 0 ? 'it has no parameters' : `it has ${known.join(', ')}`;
  return new DaybookError(
    'parameter-unknown',
    `There is no option --${flag}, and the task ${definition.taskName} has no parameter "${flag}": ${has}.`,
  );
}

/** The days or months of a range, with the name of the parameter that they are values of. */
function stepsOf(
  definition: TaskDefinition,
  given: Values,
  range: Range,
): { readonly param: string; readonly steps: readonly string[] } {
  const all = Object.entries(definition.params).filter(([, { kind }]) => kind === 'day' || kind === 'month');
  const open = all.filter(([name]) => !Object.hasOwn(given, name));
  const [only] = open;
  if (only === undefined || open.length > 1) {
    const [set] = all;
    if (open.length === 0 && set !== undefined)
      throw usage(`--from and --through go over "${set[0]}", which is given too: leave one of them out.`);
    const has = open.length === 0 ? 'no day or month' : `several: ${open.map(([name]) => name).join(', ')}`;
    throw usage(
      `--from and --through go over the one day or month of a task, and ${definition.taskName} has ${has}.`,
    );
  }
  const [param, { kind }] = only;
  const { from, through } = range;
  for (const end of [from, through]) parseValues(definition, { [param]: end });
  if (from > through) throw usage(`The range is empty: --from ${from} comes after --through ${through}.`);
  return { param, steps: kind === 'day' ? daysBetween(from, through) : monthsBetween(from, through) };
}

function withDefaults(definition: TaskDefinition, given: Values, today: Day): Values {
  const values = { ...given };
  for (const [name, { byDefault }] of Object.entries(definition.params)) {
    if (byDefault !== undefined && !Object.hasOwn(values, name)) values[name] = byDefault(today);
  }
  return values;
}

/** The parameters in an id, as texts: `date=2018-07-24,kind=a%20b`. */
function textsOf(segment: string, id: string): Readonly<Record<string, string>> {
  if (segment === '-') return {};
  const pairs = segment.split(',').map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw usage(`"${id}" is no task: write a name, or an id such as account-statistics/date=2018-07-24.`);
    return [pair.slice(0, equals), decoded(pair.slice(equals + 1), id)];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string, id: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usage(`"${id}" is no task: "${text}" is not percent-encoded as ids are.`);
  }
}

function usage(message: string): DaybookError {
  return new DaybookError('usage', message);
}
