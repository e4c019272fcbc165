import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ArrowTable, Task } from '@daybook/core';
import { defineTask, files, integer, listOf, sql, table } from '@daybook/core';
import type { Table } from 'apache-arrow';
import * as arrow from 'apache-arrow';
import { Compression, ParquetFile } from 'parquet-wasm';
import { describe, expect, test } from 'vitest';
import { arrowTable, localRunner, minorUnits } from '../src/index.ts';
import { everyType, everyTypeAsText, extremes, extremesSql, extremesText } from './every-type.ts';
import config, { wideByCode, wideBySql } from './fixtures/daybook.config.ts';
import type { Project } from './project.ts';
import { childConfig, projectOf, query, temporaryFolder } from './project.ts';

const statement = sql([extremesSql] as unknown as TemplateStringsArray);

const codeJob = { kind: 'code', version: '1', run: async () => arrowTable(everyType, extremes) } as const;

const bySql = defineTask({ name: 'by-sql', output: table(everyType), job: statement });
const byCode = defineTask({
  name: 'by-code',
  output: table(everyType),
  job: codeJob,
});

describe.each([
  ['DuckDB', bySql],
  ['parquet-wasm', byCode],
] as const)('a part written by %s', (_, writer) => {
  test('has the declared type for every column, and no DOUBLE', async () => {
    const project = await published(writer());
    const path = await project.part(writer());
    const columns = await query(
      `SELECT name, type, converted_type, logical_type, precision, scale FROM parquet_schema('${path}') WHERE num_children IS NULL`,
    );
    expect(columns.map((column) => [column['name'], shortType(column)])).toEqual([
      ['flag', 'BOOLEAN'],
      ['small', 'INT32'],
      ['big', 'INT64'],
      ['money', 'DECIMAL(18,2)'],
      ['precise', 'DECIMAL(38,9)'],
      ['word', 'UTF8'],
      ['born', 'DATE'],
      ['moment', 'TIMESTAMP_MICROS in UTC'],
    ]);
  });

  test('is compressed with zstd in every column chunk', async () => {
    const project = await published(writer());
    const path = await project.part(writer());
    expect(await query(`SELECT DISTINCT compression FROM parquet_metadata('${path}')`)).toEqual([
      { compression: 'ZSTD' },
    ]);
    const metadata = (await wasmFile(path)).metadata();
    const chunks = Array.from({ length: metadata.numRowGroups() }, (__, index) =>
      metadata.rowGroup(index),
    ).flatMap((group) => Array.from({ length: group.numColumns() }, (__, index) => group.column(index)));
    expect(new Set(chunks.map((chunk) => chunk.compression()))).toEqual(new Set([Compression.ZSTD]));
  });

  test('gives DuckDB every value as it was, to the ends of its type', async () => {
    const project = await published(writer());
    expect(await project.rows(writer(), everyTypeAsText)).toEqual(extremesText);
  });

  test('gives parquet-wasm every value as it was, to the ends of its type', async () => {
    const project = await published(writer());
    const stream = await (await wasmFile(await project.part(writer()))).stream();
    const batches: arrow.RecordBatch[] = [];
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read())
      batches.push(...(arrow.tableFromIPC(next.value.intoIPCStream()) as Table).batches);
    expect(plainRows(new arrow.Table(batches))).toEqual([...extremes]);
  });

  test('gives a code job every value as it was, whole and in batches', async () => {
    const seen: unknown[] = [];
    const reader = defineTask({
      name: 'reader',
      inputs: () => ({ extremes: writer() }),
      output: files(),
      job: {
        kind: 'code',
        version: '1',
        run: async ({ inputs, writeFile }) => {
          seen.push(plainRows(await inputs.extremes.table()));
          for await (const batch of inputs.extremes.batches()) seen.push(plainRows(batch));
          await writeFile('done', '');
        },
      },
    });
    expect((await projectOf([bySql, byCode, reader]).run([reader()])).outcome).toBe('ok');
    expect(seen).toEqual([extremes, extremes]);
  });

  test('gives a SQL job every value as it was', async () => {
    const copy = defineTask({
      name: 'copy',
      inputs: () => ({ extremes: writer() }),
      output: table(everyType),
      job: sql`SELECT * FROM extremes`,
    });
    const project = projectOf([bySql, byCode, copy]);
    expect((await project.run([copy()])).outcome).toBe('ok');
    expect(await project.rows(copy(), everyTypeAsText)).toEqual(extremesText);
  });
});

test('a table without rows is a part with its columns', async () => {
  const none = defineTask({
    name: 'none',
    output: table(everyType),
    job: sql`SELECT * FROM (${statement}) WHERE FALSE`,
  });
  const noneByCode = defineTask({
    name: 'none-by-code',
    inputs: () => ({ none: none() }),
    output: table(everyType),
    job: { kind: 'code', version: '1', run: async ({ inputs }) => await inputs.none.table() },
  });
  const project = projectOf([none, noneByCode]);
  expect((await project.run([noneByCode()])).outcome).toBe('ok');
  for (const task of [none(), noneByCode()]) {
    expect(await project.rows(task)).toEqual([]);
    expect((await project.manifest(task)).rows).toBe(0);
  }
});

test('a table larger than a row group keeps the order in which it was made', async () => {
  const many = defineTask({
    name: 'many',
    output: table({ n: 'bigint' }),
    job: sql`SELECT CAST(299999 - i AS BIGINT) AS n FROM range(300000) t(i)`,
  });
  const project = await published(many());
  const [found] = await query(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE n <> 299999 - file_row_number) AS wrong
     FROM read_parquet('${await project.part(many())}', file_row_number = true)`,
  );
  expect(found).toEqual({ rows: '300000', wrong: '0' });
});

test.each([
  ['DuckDB', wideBySql],
  ['parquet-wasm', wideByCode],
] as const)(
  'with the chunks of some columns damaged in a part by %s, jobs that need others are right and jobs that need them fail',
  async (_, wide) => {
    const { task, sumBySql, sumByCode, linesByCode, notesBySql, notesByCode } = wide;
    const project = projectOf(config.tasks, { runner: localRunner({ threads: 2 }), configPath: childConfig });
    await project.run([task()]);
    await damage(await project.part(task()), ['note', 'at']);
    const right = [sumBySql(), sumByCode(), linesByCode()];
    const wrong = [notesBySql(), notesByCode()];
    const { ends } = await project.run([...right, ...wrong]);
    expect(right.map(({ id }) => ends[id]?.kind)).toEqual(Array(3).fill('published'));
    for (const sum of [sumBySql(), sumByCode()])
      expect(await project.rows(sum)).toEqual([{ total: '499493.00' }]);
    // The library that reads for code jobs panics on some damage, which ends the child.
    for (const { id } of wrong) expect(ends[id]?.kind).toMatch(/^(failed|crashed)$/);
  },
);

test('members of a list that different libraries wrote are one table for SQL and for code', async () => {
  const root = temporaryFolder();
  const member = { name: 'member', params: { n: integer }, output: table(everyType) };
  const [first, second] = [
    defineTask({ ...member, job: statement }),
    defineTask({ ...member, job: codeJob }),
  ];
  await projectOf([first], { root }).run([first({ n: 1 })]);
  await projectOf([second], { root }).run([second({ n: 2 })]);
  // To the readers the members are external: it is nothing to them who wrote them.
  const external = defineTask(member);
  const inputs = () => ({ members: listOf(external, [{ n: 1 }, { n: 2 }]) });
  const columns = { n: 'bigint', ...everyType } as const;
  const bySql = defineTask({
    name: 'read-by-sql',
    inputs,
    output: table(columns),
    job: sql`SELECT * FROM members`,
  });
  const seen: unknown[] = [];
  const byCode = defineTask({
    name: 'read-by-code',
    inputs,
    output: table(columns),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ inputs: { members } }) => {
        const rows = await members.table(['n', ...(Object.keys(everyType) as (keyof typeof everyType)[])]);
        seen.push(...plainRows(rows));
        return rows;
      },
    },
  });
  const project = projectOf([external, bySql, byCode], { root });
  expect((await project.run([bySql(), byCode()])).outcome).toBe('ok');
  const expected = [1, 2].flatMap((n) => extremesText.map((row) => ({ n: String(n), ...row })));
  for (const task of [bySql(), byCode()])
    expect(await project.rows(task, `n, ${everyTypeAsText}`)).toEqual(expected);
  expect(seen).toEqual([1n, 2n].flatMap((n) => extremes.map((row) => ({ n, ...row }))));
});

async function published(task: Task): Promise<Project> {
  const project = projectOf([...new Set([bySql, byCode, task.definition])]);
  expect((await project.run([task])).outcome).toBe('ok');
  return project;
}

async function wasmFile(path: string): Promise<ParquetFile> {
  return await ParquetFile.fromFile(new Blob([readFileSync(path)]));
}

/** A column's type in one word: as its logical type says, or else its converted type, or else how it is stored. */
function shortType(column: Readonly<Record<string, unknown>>): string {
  const { type, converted_type: converted, logical_type: logical } = column;
  if (converted === 'DECIMAL') return `DECIMAL(${String(column['precision'])},${String(column['scale'])})`;
  if (converted === 'TIMESTAMP_MICROS')
    return /isAdjustedToUTC=1.*MICROS=M/.test(String(logical)) ? 'TIMESTAMP_MICROS in UTC' : String(logical);
  return converted === 'UTF8' || converted === 'DATE' ? converted : String(type);
}

/** Arrow rows as `arrowTable` takes them. */
function plainRows(rows: ArrowTable): Readonly<Record<string, unknown>>[] {
  const { fields } = (rows as unknown as Table).schema;
  const columns = fields.map(({ name, type }) => {
    const vector = rows.getChild(name) as unknown as arrow.Vector;
    return [
      name,
      arrow.DataType.isTimestamp(type) ? integers(vector) : [...vector].map((value) => plain(type, value)),
    ] as const;
  });
  return Array.from({ length: rows.numRows }, (_, index) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[index]])),
  );
}

/** Timestamps as the integers that they are stored as: Arrow gives them as milliseconds in a float. */
function integers(vector: arrow.Vector): readonly unknown[] {
  return vector.data.flatMap((data) =>
    Array.from({ length: data.length }, (_, index) =>
      data.getValid(index) ? (data.values[index] as bigint) : null,
    ),
  );
}

function plain(type: arrow.DataType, value: unknown): unknown {
  if (value === null) return null;
  if (arrow.DataType.isDecimal(type)) return minorUnits(value as Uint32Array);
  return arrow.DataType.isDate(type) ? new Date(Number(value)).toISOString().slice(0, 10) : value;
}

/** Fills the chunks of columns with bytes that mean nothing, and leaves the file's size as it is. */
async function damage(path: string, columns: readonly string[]): Promise<void> {
  const list = columns.map((name) => `'${name}'`).join(', ');
  const chunks = await query(
    `SELECT coalesce(dictionary_page_offset, data_page_offset) AS start, total_compressed_size AS length
     FROM parquet_metadata('${path}') WHERE path_in_schema IN (${list})`,
  );
  expect(chunks.length).toBe(columns.length);
  const file = await open(path, 'r+');
  for (const { start, length } of chunks)
    await file.write(Buffer.alloc(Number(length), 0xee), 0, Number(length), Number(start));
  await file.close();
}
