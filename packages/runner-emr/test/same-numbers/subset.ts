import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnType, TaskDefinition } from '@daybook/core';
import { assert, defineTask, quoteName, sqlType, table } from '@daybook/core';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { columns, t, text, u, x, z } from './fixtures.ts';

/** Statements of the common subset, over the tables of `fixtures.ts`; a test holds that each function is in one. */
export const statements = readFileSync(join(import.meta.dirname, 'subset.txt'), 'utf8')
  .trimEnd()
  .split('\n');

/** A task for each statement, with the columns that DuckDB says it has. */
export async function subsetTasks(): Promise<readonly TaskDefinition[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run("SET TimeZone = 'UTC'");
  const declared = Object.entries(columns).map(([name, type]) => `${name} ${sqlType(type, 'duckdb')}`);
  for (const name of ['t', 'u', 'x', 'z'])
    await connection.run(`CREATE TABLE ${name} (${declared.join(', ')})`);
  const tasks: TaskDefinition[] = [];
  for (const [index, statement] of statements.entries())
    tasks.push(await taskOf(connection, `subset-${index + 1}`, statement));
  connection.closeSync();
  return tasks;
}

async function taskOf(
  connection: DuckDBConnection,
  name: string,
  statement: string,
): Promise<TaskDefinition> {
  const prepared = await connection.prepare(statement);
  const cells = Array.from({ length: prepared.columnCount }, (_, index) =>
    cellsOf(prepared.columnName(index), String(prepared.columnType(index))),
  ).flat();
  const plain = cells.every(({ sql, name }) => sql === name);
  const selected = cells.map(({ sql, name }) => `${sql} AS ${name}`).join(', ');
  const whole = plain ? statement : `SELECT ${selected} FROM (${statement}\n) AS statement`;
  return defineTask({
    name,
    inputs: () => ({ t: t(), u: u(), x: x(), z: z() }),
    output: table(Object.fromEntries(cells.map((cell) => [cell.name, cell.type]))),
    job: text(whole),
  }) as unknown as TaskDefinition;
}

interface Cell {
  readonly name: string;
  readonly sql: string;
  readonly type: ColumnType;
}

/** A column as it can be declared. A time without a zone cannot be, so it is told by its day and by comparisons. */
function cellsOf(name: string, duckdb: string): readonly Cell[] {
  assert(quoteName(name, 'spark') === `\`${name}\``, `${name} is a plain name.`);
  if (duckdb === 'HUGEINT') return [{ name, sql: `CAST(${name} AS DECIMAL(38,0))`, type: 'decimal(38,0)' }];
  if (duckdb === 'TIMESTAMP') {
    const midnight = `CAST(CAST(${name} AS DATE) AS TIMESTAMP)`;
    return [
      { name, sql: `CAST(${name} AS DATE)`, type: 'date' },
      { name: `${name}_at_midnight`, sql: `${name} = ${midnight}`, type: 'boolean' },
      { name: `${name}_by_two`, sql: `${name} <= ${midnight} + INTERVAL 2 HOUR`, type: 'boolean' },
      { name: `${name}_before_two`, sql: `${name} < ${midnight} + INTERVAL 2 HOUR`, type: 'boolean' },
    ];
  }
  return [{ name, sql: name, type: typeOf(duckdb) }];
}

function typeOf(duckdb: string): ColumnType {
  const known: Readonly<Record<string, ColumnType>> = {
    BOOLEAN: 'boolean',
    INTEGER: 'integer',
    BIGINT: 'bigint',
    VARCHAR: 'string',
    DATE: 'date',
    'TIMESTAMP WITH TIME ZONE': 'timestamp',
  };
  const type =
    known[duckdb] ?? (duckdb.startsWith('DECIMAL') ? (duckdb.toLowerCase() as ColumnType) : undefined);
  assert(type !== undefined, `A column can be ${duckdb}.`);
  return type;
}
