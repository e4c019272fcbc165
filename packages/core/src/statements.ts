import type { Check, Control } from './control.ts';
import type { LoadJob } from './job.ts';
import type { Values } from './param.ts';
import type { Columns } from './schema.ts';
import type { Relation, Statement } from './sql/check.ts';
import { compileControl } from './sql/control.ts';
import type { SqlText } from './sql/statement.ts';
import { renderWithPlaces } from './sql/statement.ts';
import type { Inputs, TaskDefinition } from './task.ts';
import { columnsOf } from './task.ts';

/** One statement of a task, with where it stands: `job`, `format ndjson`, `control "rolls-forward"`. */
export interface PlacedStatement {
  readonly where: string;
  readonly statement: Statement;
}

/** A control that speaks of a relation or a column that is not there, in a sentence with its remedy. */
export interface UnknownReference {
  readonly where: string;
  readonly found: string;
  readonly why: string;
  readonly remedy: string;
}

/** What there is to check of a task. */
export interface TaskStatements {
  readonly statements: readonly PlacedStatement[];
  readonly unknown: readonly UnknownReference[];
}

/**
 * Every statement of a task's job and controls, with the tables that each may read. The statements of a SQL job and of its
 * controls are held to the common subset, and so are the controls of a Spark job; a load job's are DuckDB's own, and a code job runs beside DuckDB alone.
 */
export function statementsOf(definition: TaskDefinition, values: Values, inputs: Inputs): TaskStatements {
  const { job, output, controls } = definition;
  if (job === undefined || output?.kind !== 'table') return { statements: [], unknown: [] };
  const read: readonly Relation[] = Object.entries(inputs).flatMap(([name, input]) =>
    input.definition.output?.kind === 'table' ? [{ name, columns: columnsOf(input) }] : [],
  );
  const task: CheckedDefinition = { definition, values, subset: job.kind === 'sql' || job.kind === 'spark' };
  const controlled: readonly Relation[] = [
    ...read,
    { name: 'output', columns: output.columns },
    ...(job.kind === 'load' ? loadRelations(job, output.columns) : []),
  ];
  const unknown = controls.flatMap((control) => unknownReferences(control, controlled));
  const names = new Set(unknown.map(({ where }) => where));
  return {
    statements: [
      ...(job.kind === 'sql'
        ? [{ where: 'job', statement: { ...rendered(task, job, read), output: output.columns } }]
        : []),
      ...(job.kind === 'load' ? loadStatements(job, output.columns) : []),
      ...controls
        .filter((control) => !names.has(placeOf(control)))
        .map((control) => controlStatement(task, control, output.columns, controlled)),
    ],
    unknown,
  };
}

interface CheckedDefinition {
  readonly definition: TaskDefinition;
  readonly values: Values;
  readonly subset: boolean;
}

function placeOf(control: Control): string {
  return `control "${control.name}"`;
}

function rendered(task: CheckedDefinition, text: SqlText, relations: readonly Relation[]): Statement {
  const { definition, values, subset } = task;
  return {
    ...renderWithPlaces(text, definition.params, values, 'duckdb'),
    kind: 'query',
    relations,
    subset,
  };
}

function loadRelations(job: LoadJob, output: Columns): readonly Relation[] {
  return [
    { name: 'numbered_output', columns: { ...output, file_row_number: 'bigint' } },
    ...(job.expected === undefined ? [] : [{ name: 'expected', columns: job.expected }]),
  ];
}

function loadStatements(job: LoadJob, output: Columns): readonly PlacedStatement[] {
  return Object.entries(job.formats).map(([format, { columns, statement }]) => {
    const raw = Object.entries(columns).map(
      ([name, kind]) => [name, kind === 'json' ? 'json' : 'string'] as const,
    );
    const relation: Relation = { name: 'raw', columns: { line: 'bigint', ...Object.fromEntries(raw) } };
    return {
      where: `format ${format}`,
      statement: {
        text: statement,
        kind: 'query',
        inserted: [],
        relations: [relation],
        subset: false,
        output,
      },
    };
  });
}

function controlStatement(
  task: CheckedDefinition,
  control: Control,
  output: Columns,
  relations: readonly Relation[],
): PlacedStatement {
  const { check } = control;
  const where = placeOf(control);
  if (check.kind === 'every-row')
    return {
      where,
      statement: { ...rendered(task, check.condition, relations), kind: 'condition' },
    };
  if (check.kind === 'no-rows') return { where, statement: rendered(task, check.query, relations) };
  const { definition, values } = task;
  const compiled = compileControl(control, { params: definition.params, values, output, dialect: 'duckdb' });
  const text =
    compiled.kind === 'rows'
      ? `SELECT count(*) AS broken FROM ${compiled.relation} WHERE ${compiled.broken}`
      : compiled.query;
  return { where, statement: { text, kind: 'query', inserted: [], relations, subset: false } };
}

function unknownReferences(control: Control, relations: readonly Relation[]): readonly UnknownReference[] {
  return referencesOf(control.check).flatMap((reference) => {
    const [relation = '', column = ''] = reference.split('.');
    const there = relations.find(({ name }) => name === relation);
    const known = there === undefined ? relations.map(({ name }) => name) : Object.keys(there.columns);
    if (there !== undefined && (column === '*' || known.includes(column))) return [];
    const why =
      there === undefined
        ? `speaks of "${relation}", which is no input of the task.`
        : `speaks of the column "${column}" of ${relation}, which is not there.`;
    return [{ where: placeOf(control), found: reference, why, remedy: `Write one of ${known.join(', ')}.` }];
  });
}

/** The columns that a control names, with their relations. Those in SQL are found when it is bound. */
function referencesOf(check: Check): readonly string[] {
  const ofOutput = (columns: readonly string[]): readonly string[] =>
    columns.map((column) => `output.${column}`);
  switch (check.kind) {
    case 'unique-key':
    case 'no-nulls':
      return ofOutput(check.columns);
    case 'in-sequence':
      return ofOutput([check.column]);
    case 'zero-sum':
      return ofOutput([check.column, ...check.by]);
    case 'same-total':
      return [check.left, check.right].flatMap((side) => [
        side,
        ...check.by.map((column) => `${side.slice(0, side.indexOf('.'))}.${column}`),
      ]);
    case 'every-row':
    case 'no-rows':
      return [];
  }
}
