import type { Control } from './control.ts';
import { checkInputs, checkSpec } from './definition-check.ts';
import { DaybookError } from './errors.ts';
import type { CodeJob, Job, LoadJob, SparkJob } from './job.ts';
import type { GivenValuesOf, ParamKind, Params, ParamValue, Values, ValuesOf } from './param.ts';
import type { Columns, ColumnType, FilesOutput, Output, TableOutput } from './schema.ts';
import type { SqlText } from './sql/statement.ts';

/** `account-statistics/date=2018-07-24`; the bare name where a task has no parameter. */
export type TaskId = string;
export type TaskName = string;

/** Something that must be so. Same name and parameters, same task. Plain frozen data. */
export interface Task<C extends Columns = Columns> {
  readonly kind: 'task';
  readonly id: TaskId;
  readonly name: TaskName;
  readonly values: Values;
  readonly definition: TaskDefinition<Params, C>;
}

/** Several tasks of one definition, seen by a job as one table with each task's parameters as extra columns. */
export interface TaskList<C extends Columns = Columns, Extra extends string = string> {
  readonly kind: 'list';
  /** The names of the extra columns. */
  readonly extra: readonly Extra[];
  readonly definition: TaskDefinition<Params, C>;
  readonly tasks: readonly Task<C>[];
}

export type Input = Task | TaskList;
export interface Inputs {
  readonly [name: string]: Input;
}

/** What makes one task due again that has an output already. */
export type Refetch = { readonly days: number } | 'always';

/** The definition of all tasks of one name: a function from parameters to a task, with what was declared. */
export interface TaskDefinition<P extends Params = Params, C extends Columns = Columns> {
  (
    ...values: Record<string, never> extends ValuesOf<P> ? [values?: ValuesOf<P>] : [values: ValuesOf<P>]
  ): Task<C>;
  readonly taskName: TaskName;
  readonly params: P;
  /** Undefined for a wrapper task. */
  readonly output: Output | undefined;
  readonly controls: readonly Control[];
  /** Undefined for a wrapper task and for an external task. */
  readonly job: Job | undefined;
  readonly refetch: Refetch | undefined;
  readonly priority: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly retries: number | undefined;
  readonly timeoutMs: number | undefined;
  inputsOf(values: Values): Inputs;
}

type InputColumns<I> =
  I extends Task<infer C>
    ? keyof C & string
    : I extends TaskList<infer C, infer E>
      ? (keyof C & string) | E
      : never;

/** What `defineTask` takes. */
export interface TaskSpec<P extends Params, I extends Inputs, C extends Columns> {
  /** Lower-case words joined by `-`. It is part of every path and id, so it never changes. */
  readonly name: TaskName;
  readonly params?: P;
  /** The tasks that this one is made from; `self` names earlier tasks of its own. */
  readonly inputs?: (values: ValuesOf<P>, self: TaskDefinition<P>) => I;
  /** Left out: a wrapper task, complete when its inputs are. */
  readonly output?: TableOutput<C> | FilesOutput;
  // Written out here and not as a type with a name, so that the compiler's messages list the columns there are.
  readonly controls?: readonly Control<
    | `output.${(keyof NoInfer<C> & string) | '*'}`
    | { [K in keyof I & string]: `${K}.${InputColumns<I[K]> | '*'}` }[keyof I & string]
    | `expected.${string}`
  >[];
  /** Left out, with an output: an external task, which another project publishes. */
  readonly job?:
    | SqlText
    | LoadJob<GivenValuesOf<P>>
    | CodeJob<{ readonly [K in keyof I]: InputColumns<I[K]> }, GivenValuesOf<P>>
    | SparkJob;
  /** Load jobs only. `{ days: 2 }`: day D is fetched again until two days after it; `'always'`: in every run. */
  readonly refetch?: Refetch;
  /** Higher runs earlier among what is ready. Default 0. */
  readonly priority?: number;
  /** How much of each named resource one attempt takes. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Replaces the number of retries of each class that is retried. */
  readonly retries?: number;
  /** An attempt that takes longer is killed. Default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * Defines the tasks of one name.
 * @example
 * const doubled = defineTask({
 *   name: 'doubled',
 *   params: { date: day },
 *   inputs: ({ date }) => ({ prices: prices({ date }) }),
 *   output: table({ item: 'string', price: 'decimal(18,2)' }),
 *   controls: [uniqueKey('item')],
 *   job: sql`SELECT item, CAST(price * 2 AS DECIMAL(18,2)) AS price FROM prices`,
 * });
 */
export function defineTask<const P extends Params = {}, I extends Inputs = {}, const C extends Columns = {}>(
  spec: TaskSpec<P, I, C>,
): TaskDefinition<P, C> {
  checkSpec(spec as unknown as TaskSpec<Params, Inputs, Columns>);
  const params = (spec.params ?? {}) as P;
  const make = (values: Values = {}): Task => makeTask(definition as unknown as TaskDefinition, values);
  const definition = Object.assign(make, {
    taskName: spec.name,
    params,
    output: spec.output,
    controls: spec.controls ?? [],
    job: spec.job as Job | undefined,
    refetch: spec.refetch,
    priority: spec.priority ?? 0,
    resources: spec.resources ?? {},
    retries: spec.retries,
    timeoutMs: spec.timeoutMs,
    inputsOf: (values: Values): Inputs => {
      const inputs = spec.inputs?.(values as ValuesOf<P>, definition as unknown as TaskDefinition<P>) ?? {};
      if (spec.job !== undefined) checkInputs(spec.name, inputs);
      return inputs;
    },
  }) as unknown as TaskDefinition<P, C>;
  return Object.freeze(definition);
}

/** One input made of many tasks of one definition; `values` are the parameters of each. */
export function listOf<P extends Params, C extends Columns>(
  definition: TaskDefinition<P, C>,
  values: readonly ValuesOf<P>[],
): TaskList<C, keyof P & string> {
  const make = definition as unknown as (values: ValuesOf<P>) => Task<C>;
  return {
    kind: 'list',
    extra: Object.keys(definition.params) as (keyof P & string)[],
    definition: definition as unknown as TaskDefinition<Params, C>,
    tasks: values.map((each) => make(each)),
  };
}

/** The tasks behind an input, one or many. */
export function tasksOf(input: Input): readonly Task[] {
  return input.kind === 'task' ? [input] : input.tasks;
}

/** The columns that a job sees of an input: those stored and, for a list, each parameter of its tasks. */
export function columnsOf(input: Input): Columns {
  const { output } = input.definition;
  const stored: Columns = output?.kind === 'table' ? output.columns : {};
  if (input.kind === 'task') return stored;
  const extra: Record<string, ColumnType> = {};
  for (const [name, declared] of Object.entries(input.definition.params))
    extra[name] = paramColumn[declared.kind];
  return { ...stored, ...extra };
}

/** Reads a task's parameters from texts by name, and names what is missing, unknown or malformed. */
export function parseValues(definition: TaskDefinition, texts: Readonly<Record<string, string>>): Values {
  const values: Record<string, ParamValue> = {};
  for (const [name, text] of Object.entries(texts)) {
    const declared = Object.hasOwn(definition.params, name) ? definition.params[name] : undefined;
    if (declared === undefined) throw unknownParameter(definition, name);
    const parsed = declared.parse(text);
    if (!parsed.ok)
      throw new DaybookError(
        'parameter-invalid',
        `The ${name} "${text}" of ${definition.taskName} ${parsed.why}.`,
      );
    values[name] = parsed.value;
  }
  return values;
}

const paramColumn: Readonly<Record<ParamKind, ColumnType>> = {
  text: 'string',
  choice: 'string',
  month: 'string',
  day: 'date',
  integer: 'bigint',
  boolean: 'boolean',
};

/** The parameters of a task as one path segment, `-` where there is none. */
export function segmentOf(task: { readonly id: TaskId }): string {
  return splitTaskId(task.id).segment;
}

/** A task's id, taken apart: its name and its parameters as one path segment. */
export function splitTaskId(id: TaskId): { readonly name: TaskName; readonly segment: string } {
  const slash = id.indexOf('/');
  return slash < 0 ? { name: id, segment: '-' } : { name: id.slice(0, slash), segment: id.slice(slash + 1) };
}

/** The id of the task with this name whose parameters are this path segment. */
export function joinTaskId(name: TaskName, segment: string): TaskId {
  return segment === '-' ? name : `${name}/${segment}`;
}

/** The task with this id, of one of these definitions; an id that none of them makes is an error. */
export function taskOf(definitions: ReadonlyMap<TaskName, TaskDefinition>, id: TaskId): Task {
  const { name, segment } = splitTaskId(id);
  const definition = definitions.get(name);
  if (definition === undefined)
    throw new DaybookError('task-unknown', `There is no task "${name}", and ${id} is asked for.`);
  const pairs = segment === '-' ? [] : segment.split(',').map((each) => each.split('='));
  const texts = Object.fromEntries(pairs.map(([name = '', value = '']) => [name, decodeSegment(value)]));
  const task = makeTask(definition, parseValues(definition, texts));
  if (task.id !== id)
    throw new DaybookError('parameter-invalid', `${id} is no task: that with its parameters is ${task.id}.`);
  return task;
}

const longestSegmentBytes = 200;

function makeTask(definition: TaskDefinition, given: Values): Task {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(definition.params, name)) throw unknownParameter(definition, name);
  const values: Record<string, ParamValue> = {};
  const segments: string[] = [];
  for (const [name, declared] of Object.entries(definition.params)) {
    const value = given[name];
    if (value === undefined) {
      if (declared.required) throw missingParameter(definition, name, declared.shape);
      continue;
    }
    const parsed = declared.parse(String(value));
    if (!parsed.ok) {
      throw new DaybookError(
        'parameter-invalid',
        `The ${name} "${String(value)}" of ${definition.taskName} ${parsed.why}.`,
      );
    }
    values[name] = parsed.value;
    segments.push(`${name}=${encodeSegment(String(value))}`);
  }
  const segment = segments.length === 0 ? '-' : segments.join(',');
  if (segment.length > longestSegmentBytes) {
    throw new DaybookError(
      'parameter-invalid',
      `The parameters of ${definition.taskName} take ${segment.length} bytes in a path, more than ${longestSegmentBytes}: shorten ${segment.slice(0, 60)}…`,
    );
  }
  const id = joinTaskId(definition.taskName, segment);
  return Object.freeze({
    kind: 'task',
    id,
    name: definition.taskName,
    values: Object.freeze(values),
    definition,
  });
}

function encodeSegment(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const encode = (byte: number): string =>
    /[A-Za-z0-9._-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return Array.from(bytes, encode).join('');
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unknownParameter(definition: TaskDefinition, name: string): DaybookError {
  const known = Object.keys(definition.params);
  const has = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return new DaybookError(
    'parameter-unknown',
    `The task ${definition.taskName} has no parameter "${name}": ${has}.`,
  );
}

function missingParameter(definition: TaskDefinition, name: string, shape: string): DaybookError {
  return new DaybookError(
    'parameter-missing',
    `The task ${definition.taskName} needs its parameter "${name}": give --${name} ${shape}.`,
  );
}
