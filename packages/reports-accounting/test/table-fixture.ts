import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Columns, Task, TaskDefinition } from '@daybook/core';
import { columnsOf, compileControl, quoteName, renderSql, sqlType } from '@daybook/core';

/** The tables of one task on DuckDB: its inputs, and the output that its job makes of them. */
export interface Tables {
  run(statement: string): Promise<void>;
  rows(query: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Fills the table `output` by the task's job. */
  make(): Promise<void>;
  /** The names of the controls that do not hold. */
  broken(): Promise<readonly string[]>;
  /** The task's types, to hold against those declared. */
  typesOf(): Promise<readonly (readonly (string | null)[])[]>;
}

/** Opens the tables of a task with SQL jobs; each input begins with the rows given as SQL values. */
export async function openTables(
  task: Task,
  inputs: Readonly<Record<string, readonly string[]>>,
): Promise<Tables> {
  const { definition, values } = task;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const run = async (statement: string): Promise<void> => void (await connection.run(statement));
  await run("SET TimeZone = 'UTC'");
  for (const [name, input] of Object.entries(definition.inputsOf(values))) {
    await run(createTable(name, columnsOf(input)));
    for (const row of inputs[name] ?? [])
      await run(`INSERT INTO ${quoteName(name, 'duckdb')} VALUES (${row})`);
  }
  const columns = outputColumns(definition);
  const job = definition.job;
  if (job?.kind !== 'sql') throw new Error(`${definition.taskName} has no SQL job.`);
  const statement = renderSql(job, definition.params, values, 'duckdb');
  return {
    run,
    rows: async (query) => await textRows(connection, query),
    make: async () => {
      await run(createTable('output', columns));
      const names = Object.keys(columns).map((name) => quoteName(name, 'duckdb'));
      await run(`INSERT INTO output SELECT ${names.join(', ')} FROM (${statement})`);
    },
    broken: async () => {
      const broken: string[] = [];
      for (const control of definition.controls) {
        const context = { params: definition.params, values, output: columns, dialect: 'duckdb' } as const;
        const compiled = compileControl(control, context);
        const query =
          compiled.kind === 'rows'
            ? `SELECT 1 FROM ${compiled.relation} WHERE ${compiled.broken}`
            : compiled.kind === 'groups'
              ? `SELECT 1 FROM (${compiled.query}) WHERE broken`
              : compiled.query;
        if ((await textRows(connection, query)).length > 0) broken.push(control.name);
      }
      return broken;
    },
    typesOf: async () =>
      await textRows(connection, `SELECT column_name, column_type FROM (DESCRIBE ${statement})`),
  };
}

export function outputColumns(definition: TaskDefinition): Columns {
  if (definition.output?.kind !== 'table') throw new Error(`${definition.taskName} makes no table.`);
  return definition.output.columns;
}

function createTable(name: string, columns: Columns): string {
  const declared = Object.entries(columns).map(
    ([column, type]) => `${quoteName(column, 'duckdb')} ${sqlType(type, 'duckdb')}`,
  );
  return `CREATE OR REPLACE TABLE ${quoteName(name, 'duckdb')} (${declared.join(', ')})`;
}

async function textRows(
  connection: DuckDBConnection,
  query: string,
): Promise<readonly (readonly (string | null)[])[]> {
  const reader = await connection.runAndReadAll(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${query})`);
  return reader.getRowsJson() as (string | null)[][];
}
