import type { Columns, Control, Input, Target, Work } from '@daybook/core';
import {
  assert,
  columnsOf,
  compileControl,
  isSqlText,
  mostGroupsAsFigures,
  mostOffenders,
  renderSql,
  rowSumsQuery,
  sqlType,
  tasksOf,
} from '@daybook/core';
import { hadoopPath, pathInTarget } from './hadoop-path.ts';
import type {
  Plan,
  PlannedColumn,
  PlannedControl,
  PlannedInput,
  PlannedMember,
  PlannedWork,
} from './plan.ts';

/** A query over inputs of so many bytes at most is little work. */
const littleBytes = 16 * 1024 * 1024;

/** What a plan is made from besides the works. */
export interface PlanContext {
  readonly target: Pick<Target, 'name'>;
  /** The token of the submission: 32 hex digits. */
  readonly submission: string;
}

/**
 * The plan for works that are SQL, or that a program of the user's own has written: those went into the folder named by
 * `writtenFolder`.
 */
export function planOf(works: readonly Work[], context: PlanContext): Plan {
  return {
    format: 1,
    submission: context.submission,
    limits: { offenders: mostOffenders, groups: mostGroupsAsFigures },
    works: works.map((work) => plannedWork(work, context)),
  };
}

/** Where the program of a `spark` job writes, for one submission: below the attempt's stage, with a slash at its end. */
export function writtenFolder(work: Work, submission: string): string {
  return `${hadoopPath(work.stage.uri)}${submission}/`;
}

function plannedWork(work: Work, context: PlanContext): PlannedWork {
  const { task, job, timeoutMs } = work;
  const { definition, values } = task;
  assert(definition.output?.kind === 'table', `${task.id} makes no table, so it is no job for Spark.`);
  const { columns } = definition.output;
  const query = isSqlText(job);
  const bytes = work.inputs.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.bytes, 0);
  return {
    task: task.id,
    stage: hadoopPath(work.stage.uri),
    statement: query ? renderSql(job, definition.params, values, 'spark') : null,
    written: query ? null : writtenFolder(work, context.submission),
    columns: plannedColumns(columns),
    inputs: plannedInputs(work, context),
    controls: definition.controls.map((control) => plannedControl(control, work, columns)),
    // What a program wrote may be much, whatever it read.
    little: query && bytes <= littleBytes,
    rowSums: rowSumsQuery('output', columns, 'spark'),
    timeoutSeconds: timeoutMs === undefined ? null : timeoutMs / 1000,
  };
}

function plannedColumns(columns: Columns): readonly PlannedColumn[] {
  return Object.entries(columns).map(([name, type]) => ({ name, type: sqlType(type, 'spark') }));
}

function plannedControl(control: Control, { task }: Work, output: Columns): PlannedControl {
  const { params } = task.definition;
  const compiled = compileControl(control, { params, values: task.values, output, dialect: 'spark' });
  if (compiled.kind !== 'rows') return { name: control.name, ...compiled };
  assert(compiled.relation === 'output', `${control.name} looks at the order of rows: it is for load jobs.`);
  return { name: control.name, kind: 'rows', broken: compiled.broken };
}

function plannedInputs(work: Work, context: PlanContext): readonly PlannedInput[] {
  const pinned = new Map(work.inputs.map((input) => [`${input.input} ${input.task}`, input.parts]));
  return Object.entries(work.declared).flatMap(([name, input]) => {
    const { output } = input.definition;
    if (output === undefined) return [];
    const parts = (task: string) =>
      (pinned.get(`${name} ${task}`) ?? []).map(({ path, bytes }) => ({
        uri: pathInTarget(context.target, path),
        bytes,
      }));
    return [
      {
        name,
        columns: plannedColumns(columnsOf(input)),
        stored: output.kind === 'table' ? Object.keys(output.columns) : [],
        members: tasksOf(input).map(({ id, values }) => ({
          parts: parts(id),
          extra: extraOf(input, values),
        })),
      },
    ];
  });
}

function extraOf(input: Input, values: Readonly<Record<string, unknown>>): PlannedMember['extra'] {
  if (input.kind === 'task') return {};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
