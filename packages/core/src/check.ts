import { assert } from './assert.ts';
import type { CheckedStatements } from './checked-statements.ts';
import { readChecked } from './checked-statements.ts';
import { codeDigestOf } from './code-digest.ts';
import type { CheckedConfig } from './config.ts';
import { canonicalJson, sha256 } from './digest.ts';
import { DaybookError } from './errors.ts';
import type { Values } from './param.ts';
import type { Runner } from './runner.ts';
import type { Refusal } from './sql/check.ts';
import { refusedFunctions, subsetFunctions } from './sql/subset.ts';
import type { TaskStatements } from './statements.ts';
import { statementsOf } from './statements.ts';
import type { Inputs, TaskDefinition, TaskName } from './task.ts';
import { columnsOf } from './task.ts';

/** One definition to check, with parameters that are a sample: the shape of its statements is the same for all. */
export interface TaskToCheck {
  readonly definition: TaskDefinition;
  readonly values: Values;
  readonly inputs: Inputs;
}

/** What is refused in one task. `line` and `column` are left out where it is no statement's text. */
export interface TaskRefusal extends Omit<Refusal, 'line' | 'column'> {
  readonly task: TaskName;
  /** `job`, `format ndjson`, `control "rolls-forward"`. */
  readonly where: string;
  readonly line?: number;
  readonly column?: number;
}

/** How many tasks and statements were looked at, those known from before too, and what is refused. */
export interface CheckOutcome {
  readonly tasks: number;
  readonly statements: number;
  readonly refusals: readonly TaskRefusal[];
}

/** The first configured runner that can check statements. */
export function statementChecker(config: CheckedConfig): Runner | undefined {
  return config.runners.find((runner) => runner.check !== undefined);
}

/**
 * Checks every statement of the tasks given, on the first runner that can. With `stateFolder`, tasks that were checked
 * before and have not changed are not checked again. Without a runner that can, only the names in controls are looked at.
 */
export async function checkTasks(
  config: CheckedConfig,
  tasks: readonly TaskToCheck[],
  stateFolder?: string,
): Promise<CheckOutcome> {
  const checker = statementChecker(config);
  const all = tasks.map((task) => {
    const found = statementsOf(task.definition, task.values, task.inputs);
    return { task: task.definition.taskName, found, digest: checkDigest(task) };
  });
  const known = stateFolder === undefined ? undefined : knownOf(checker, stateFolder);
  const open = all.filter(({ digest }) => known?.has(digest) !== true);
  const bound = await refusalsOf(
    checker,
    open.map(({ found }) => found),
  );
  const checked = open.map((each, index) => ({
    digest: each.digest,
    refusals: [
      ...each.found.unknown.map((unknown): TaskRefusal => ({ task: each.task, ...unknown })),
      ...(bound[index] ?? []).map((refusal): TaskRefusal => ({ task: each.task, ...refusal })),
    ],
  }));
  const good = checked.filter(({ refusals }) => refusals.length === 0).map(({ digest }) => digest);
  if (good.length > 0) known?.add(good);
  return {
    tasks: all.length,
    statements: all.reduce((sum, { found }) => sum + found.statements.length, 0),
    refusals: checked.flatMap(({ refusals }) => refusals),
  };
}

/** Inputs and resources that a task names and the configuration does not have. */
export function unknownToConfig(
  config: CheckedConfig,
  { definition, inputs }: TaskToCheck,
): readonly TaskRefusal[] {
  const task = definition.taskName;
  const missing = Object.entries(inputs)
    .filter(([, input]) => config.definitions.get(input.definition.taskName) !== input.definition)
    .map(([name, input]) => ({
      task,
      where: `input "${name}"`,
      found: input.definition.taskName,
      why: 'is not among the `tasks` of the configuration.',
      remedy: 'Add it there.',
    }));
  const short = Object.entries(definition.resources)
    .filter(([name, amount]) => amount > (config.resources?.[name] ?? 0))
    .map(([name, amount]) => ({
      task,
      where: 'resources',
      found: name,
      why: `is a resource of which it takes ${amount} and the configuration has ${config.resources?.[name] ?? 'none'}.`,
      remedy: 'See to `resources` of the configuration.',
    }));
  return [...missing, ...short];
}

/** Ends with `sql-refused` where anything is refused, and tells all of it. */
export function refuseChecked(outcome: CheckOutcome): void {
  if (outcome.refusals.length === 0) return;
  const told = outcome.refusals.map(refusalText).join('\n');
  throw new DaybookError('sql-refused', `Nothing was run, for the SQL has to be corrected first:\n${told}`);
}

/** A refusal in one line: the task, the place, what is wrong, and the remedy. */
export function refusalText(refusal: TaskRefusal): string {
  const { task, found, why, remedy } = refusal;
  return `${task}, ${placeText(refusal)}: ${found} ${why} ${remedy}`;
}

/** Where a refusal is within its task: `job, line 3, column 12`. */
export function placeText({ where, line, column }: TaskRefusal): string {
  return line === undefined ? where : `${where}, line ${line}, column ${column}`;
}

/** Equal where the same would be found: code, the columns of the inputs, and what is allowed. */
function checkDigest({ definition, inputs }: TaskToCheck): string {
  const relations = Object.entries(inputs).map(([name, input]) => [name, Object.entries(columnsOf(input))]);
  const params = Object.entries(definition.params).map(([name, { kind }]) => [name, kind]);
  const allowed = [Object.entries(subsetFunctions), Object.keys(refusedFunctions)];
  return sha256(canonicalJson({ code: codeDigestOf(definition), relations, params, allowed }));
}

function knownOf(checker: Runner | undefined, stateFolder: string): CheckedStatements | undefined {
  return checker?.checkedBy === undefined ? undefined : readChecked(stateFolder, checker.checkedBy);
}

type PlacedRefusal = Refusal & { readonly where: string };

/** What the runner refuses in the statements of each task. */
async function refusalsOf(
  checker: Runner | undefined,
  tasks: readonly TaskStatements[],
): Promise<readonly (readonly PlacedRefusal[])[]> {
  const statements = tasks.flatMap((task) => task.statements.map(({ statement }) => statement));
  if (checker?.check === undefined || statements.length === 0) return tasks.map(() => []);
  const answers = await checker.check(statements);
  assert(answers.length === statements.length, `${checker.name} answers for each statement that it checks.`);
  let next = 0;
  return tasks.map((task) =>
    task.statements.flatMap(({ where }) => {
      const refusals = answers[next] ?? [];
      next += 1;
      return refusals.map((refusal) => ({ where, ...refusal }));
    }),
  );
}
