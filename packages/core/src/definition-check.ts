import type { Control } from './control.ts';
import { DaybookError } from './errors.ts';
import type { Job, SparkJob } from './job.ts';
import type { Params } from './param.ts';
import type { Columns } from './schema.ts';
import type { SqlText } from './sql/statement.ts';
import { isSqlText, paramsOf } from './sql/statement.ts';
import type { Inputs, TaskName, TaskSpec } from './task.ts';

/** Refuses what cannot be meant in a task's definition, and says what to write instead. */
export function checkSpec(spec: TaskSpec<Params, Inputs, Columns>): void {
  const refuse = (why: string): never => refuseTask(spec.name, why);
  const { job, output, refetch } = spec;
  const controls = spec.controls ?? [];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(spec.name))
    refuse('needs a name of lower-case words joined by "-".');
  if (job !== undefined && output === undefined)
    refuse('has a job but no output: declare one with table({…}) or files().');
  if (output?.kind === 'files' && controls.length > 0)
    refuse('writes files, which have no rows to control: remove its controls.');
  if (output?.kind === 'files' && job !== undefined && job.kind !== 'code')
    refuse('writes files, which only a code job can.');
  if (job?.kind === 'spark') checkSpark(job, refuse);
  if (job === undefined && controls.length > 0)
    refuse('has controls and no job, so that nothing would run them: remove them.');
  if (refetch !== undefined && job?.kind !== 'load') refuse('declares refetch, which is for load jobs only.');
  const days = Object.values(spec.params ?? {}).filter((declared) => declared.kind === 'day');
  if (typeof refetch === 'object' && days.length !== 1)
    refuse('declares refetch by days and so needs exactly one parameter that is a day.');
  if (job?.kind !== 'load' && controls.some((each) => each.check.kind === 'in-sequence')) {
    refuse('has a control in-sequence, which is for load jobs only: other outputs have no order.');
  }
  checkNumbers(spec, refuse);
  checkParams(spec.params ?? {}, paramsUsed(job, controls), refuse);
}

/** Refuses inputs that a job could not tell apart: relations have names without case, and `output` is the job's own. */
export function checkInputs(name: TaskName, inputs: Inputs): void {
  const relations = new Set(['output', 'numbered_output']);
  for (const [input, { kind, definition }] of Object.entries(inputs)) {
    if (relations.has(input.toLowerCase()))
      refuseTask(name, `calls an input "${input}", which is taken: call it something else.`);
    relations.add(input.toLowerCase());
    if (kind !== 'list' || definition.output?.kind !== 'table') continue;
    const { columns } = definition.output;
    const twice = Object.keys(definition.params).find((param) => Object.hasOwn(columns, param));
    if (twice === undefined) continue;
    refuseTask(
      name,
      `takes a list of ${definition.taskName}, which has a column and a parameter "${twice}", and a list shows both: rename one.`,
    );
  }
}

type Refuse = (why: string) => never;

function checkNumbers(spec: TaskSpec<Params, Inputs, Columns>, refuse: Refuse): void {
  const { retries, timeoutMs, refetch, resources = {}, priority = 0 } = spec;
  if (retries !== undefined && !isCount(retries))
    refuse(`has ${retries} retries: give a whole number from 0.`);
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    refuse(`has a timeoutMs of ${timeoutMs}: give more than 0 milliseconds.`);
  if (typeof refetch === 'object' && !isCount(refetch.days))
    refuse(`is fetched again for ${refetch.days} days: give a whole number from 0.`);
  if (Number.isNaN(priority)) refuse('has a priority that is no number.');
  for (const [name, amount] of Object.entries(resources))
    if (!(amount >= 0)) refuse(`asks for ${amount} of the resource "${name}": give a number from 0.`);
}

function checkSpark({ program, mainClass, files = [] }: SparkJob, refuse: Refuse): void {
  for (const file of [program, ...files]) {
    if (typeof file?.sha256 !== 'string')
      refuse('has a Spark job with a file that is none: write sparkFile(new URL(…, import.meta.url)).');
  }
  if (!/\.(py|jar)$/.test(program.name))
    refuse(`has the Spark program ${program.name}: give a .py or a .jar.`);
  if (program.name.endsWith('.jar') && mainClass === undefined)
    refuse(`has the Spark program ${program.name} and no mainClass: name the class whose main is run.`);
  const other = files.find(({ name }) => !/\.(py|zip|egg|jar)$/.test(name));
  if (other !== undefined)
    refuse(`gives Spark the file ${other.name}: a .py, .zip, .egg or .jar it can import.`);
}

function checkParams(params: Params, used: readonly string[], refuse: Refuse): void {
  const names = Object.keys(params);
  for (const name of names) {
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
      refuse(`has a parameter "${name}": begin with a letter and go on with letters, digits, "_" and "-".`);
  }
  for (const name of used) {
    if (Object.hasOwn(params, name)) continue;
    const has = names.length === 0 ? 'has none' : `has ${names.join(', ')}`;
    refuse(`names the parameter "${name}" in its job or controls, and it ${has}.`);
  }
}

function paramsUsed(job: Job | undefined, controls: readonly Control[]): readonly string[] {
  const given = job?.kind === 'spark' ? (job.arguments ?? []) : [];
  const references = given.flatMap((each) => (typeof each === 'string' ? [] : [each.param]));
  return [...references, ...statementsOf(job, controls).flatMap(paramsOf)];
}

function statementsOf(job: Job | undefined, controls: readonly Control[]): readonly SqlText[] {
  const ofControls = controls.flatMap(({ check }) => {
    if (check.kind === 'every-row') return [check.condition];
    return check.kind === 'no-rows' ? [check.query] : [];
  });
  return isSqlText(job) ? [job, ...ofControls] : ofControls;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function refuseTask(name: TaskName, why: string): never {
  throw new DaybookError('definition-invalid', `The task "${name}" ${why}`);
}
