import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask, files, integer, listOf, optional, param, sql, table, text } from '@daybook/core';
import { memoryTargets } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { arrowTable, localRunner } from '../src/index.ts';
import config, { doubled, listing, sales, totals } from './fixtures/daybook.config.ts';
import { childConfig, fileText, projectOf, temporaryFolder } from './project.ts';

const date = '2020-01-02';
const tasks = [sales, totals, doubled, listing];
const listingText = 'item\tnet\ncafé\t10.00\ntea\t6.00\n🍵\t14.00\n';

test('load, sql and code jobs run in child processes up to published versions', async () => {
  const scratch = temporaryFolder();
  const project = projectOf(config.tasks, {
    runner: localRunner({ scratch, threads: 2 }),
    configPath: childConfig,
    workers: 2,
  });
  const { outcome, ends } = await project.run([listing({ date })]);
  expect(outcome).toBe('ok');
  expect(Object.values(ends).map((end) => end.kind)).toEqual(Array(5).fill('published'));
  expect(await fileText(project, listing({ date }), `${date}.tsv`)).toBe(listingText);
  expect(await project.rows(totals({ date }))).toEqual([
    { item: 'café', net: '5.00', days: '2' },
    { item: 'tea', net: '3.00', days: '2' },
    { item: '🍵', net: '7.00', days: '2' },
  ]);
  expect(readdirSync(scratch)).toEqual([]);
});

test('a manifest tells the parts with their bytes, rows and SHA-256, the controls and the engine', async () => {
  const project = projectOf(tasks);
  await project.run([listing({ date })]);
  const manifest = await project.manifest(totals({ date }));
  const [part] = manifest.parts;
  const bytes = readFileSync(join(project.root, part?.path ?? ''));
  expect(part).toEqual({
    path: expect.stringMatching(
      /^totals\/attempts\/date=2020-01-02\/00000001-[0-9a-f]{32}\/part-0\.parquet$/,
    ) as string,
    bytes: bytes.length,
    rows: 3,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(manifest.controls).toEqual([
    { name: 'unique-key(item)', held: true, figures: { broken: '0' } },
    {
      name: 'same-total(sales.price, output.net)',
      held: true,
      figures: { groups: '1', broken: '0', total: '15.00' },
    },
  ]);
  expect(manifest.runner).toMatchObject({ name: 'local', engine: 'duckdb', node: process.version });
  expect((await project.manifest(sales({ date }))).source).toEqual({ from: 'the test' });
});

test('a second run finds everything fresh', async () => {
  const project = projectOf(tasks);
  await project.run([listing({ date })]);
  expect(await project.run([listing({ date })])).toMatchObject({
    outcome: 'ok',
    fresh: 5,
    tasks: [],
    ends: {},
  });
});

describe.each([
  ['children', true],
  ['this process', false],
] as const)('with jobs in %s', (_, isolated) => {
  const runnerOf = () =>
    isolated ? localRunner({ threads: 2 }) : localRunner({ isolation: 'none', threads: 2 });
  const config = isolated ? { configPath: childConfig } : {};

  test('a target that is no folder is read from and written to', async () => {
    const target = memoryTargets();
    const project = projectOf(tasks, { target, runner: runnerOf(), ...config });
    const { outcome } = await project.run([listing({ date })]);
    expect(outcome).toBe('ok');
    const paths = [...target.files().keys()].filter((path) => path.endsWith('.tsv'));
    expect(new TextDecoder().decode(target.files().get(paths[0] ?? ''))).toBe(listingText);
  });

  test('a folder with spaces, quotes, percent signs and wildcards in its name is just a folder', async () => {
    const root = join(temporaryFolder(), `a 'b' %41 [x] * ?`);
    const project = projectOf(tasks, { root, runner: runnerOf(), ...config });
    expect((await project.run([listing({ date })])).outcome).toBe('ok');
    expect(await fileText(project, listing({ date }), `${date}.tsv`)).toBe(listingText);
  });
});

test('without a configuration to import, a child runs SQL and refuses functions with the remedy', async () => {
  const one = defineTask({ name: 'one', output: table({ n: 'integer' }), job: sql`SELECT 1 AS n` });
  const project = projectOf([one, ...tasks], { runner: localRunner({ threads: 2 }) });
  expect(await project.end(one())).toMatchObject({ kind: 'published', rows: 1 });
  expect(await project.end(sales({ date }))).toMatchObject({
    kind: 'failed',
    fault: 'task',
    error: { code: 'usage', message: expect.stringContaining("isolation: 'none'") as string },
  });
});

test('a child whose configuration does not know the task fails it', async () => {
  const stranger = defineTask({
    name: 'stranger',
    output: files(),
    job: { kind: 'code', version: '1', run: async () => undefined },
  });
  const project = projectOf([stranger], { runner: localRunner({ threads: 2 }), configPath: childConfig });
  expect(await project.end(stranger())).toMatchObject({ kind: 'failed', error: { code: 'task-unknown' } });
});

test('two inputs of one task read the same part, and a third one its own', async () => {
  const number = (name: string, value: number) =>
    defineTask({ name, output: table({ n: 'integer' }), job: sql`SELECT ${value} AS n` });
  const [one, two] = [number('one', 1), number('two', 2)];
  const sum = defineTask({
    name: 'sum',
    inputs: () => ({ a: one(), b: one(), c: two() }),
    output: table({ a: 'integer', b: 'integer', c: 'integer' }),
    job: sql`SELECT a.n AS a, b.n AS b, c.n AS c FROM a, b, c`,
  });
  const target = memoryTargets();
  const project = projectOf([one, two, sum], { target });
  await project.run([sum()]);
  const { parts, output } = await project.manifest(sum());
  const lines: string[] = [];
  for await (const each of project.runner.readRows?.(target, parts, output, { orderBy: [], as: 'json' }) ??
    [])
    lines.push(...each);
  await project.runner.close?.();
  expect(lines).toEqual(['["1","1","2"]']);
});

test('an empty list is an empty table with its columns, and its members have their parameters as columns', async () => {
  const counted = defineTask({
    name: 'counted',
    inputs: () => ({ none: listOfSales([]), few: listOfSales(['2020-01-01', '2020-01-03']) }),
    output: table({ name: 'string', rows: 'bigint', first: 'date', last: 'date' }),
    job: sql`SELECT 'none' AS name, COUNT(*) AS rows, MIN(date) AS first, MAX(date) AS last FROM none
      UNION ALL SELECT 'few', COUNT(*), MIN(date), MAX(date) FROM few`,
  });
  const project = projectOf([counted, ...tasks]);
  await project.run([counted()]);
  expect(await project.rows(counted())).toEqual([
    { name: 'few', rows: '6', first: '2020-01-01', last: '2020-01-03' },
    { name: 'none', rows: '0', first: null, last: null },
  ]);
});

test('a code job sees the parameters of a list as columns, alone and among others', async () => {
  const seen: unknown[] = [];
  const looking = defineTask({
    name: 'looking',
    inputs: () => ({ none: listOfSales([]), few: listOfSales(['2020-01-01', '2020-01-03']) }),
    output: files(),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ inputs, writeFile }) => {
        for (const columns of [['date'], ['date', 'sequence'], ['sequence']] as const)
          for (const input of [inputs.few, inputs.none]) {
            const rows = await input.table(columns);
            seen.push([
              rows.numRows,
              rows.numCols,
              ...columns.map((name) => String([...(rows.getChild(name) ?? [])][0])),
            ]);
          }
        let batches = 0;
        for await (const batch of inputs.few.batches(['item', 'date'])) batches += batch.numRows;
        seen.push(batches);
        await writeFile('done', '');
      },
    },
  });
  const project = projectOf([looking, ...tasks]);
  expect((await project.run([looking()])).outcome).toBe('ok');
  expect(seen).toEqual([
    [6, 1, '1577836800000'],
    [0, 1, 'undefined'],
    [6, 2, '1577836800000', '1'],
    [0, 2, 'undefined', 'undefined'],
    [6, 1, '1'],
    [0, 1, 'undefined'],
    6,
  ]);
});

test('a parameter that a member of a list leaves out is null, for SQL and for code', async () => {
  const member = defineTask({
    name: 'member',
    params: { n: integer, label: optional(text) },
    output: table({ value: 'bigint' }),
    job: sql`SELECT CAST(${param('n')} AS BIGINT) AS value`,
  });
  const columns = { n: 'bigint', label: 'string', value: 'bigint' } as const;
  const inputs = () => ({ members: listOf(member, [{ n: 1 }, { n: 2, label: 'two' }]) });
  const bySql = defineTask({
    name: 'by-sql',
    inputs,
    output: table(columns),
    job: sql`SELECT n, label, value FROM members`,
  });
  const byCode = defineTask({
    name: 'by-code',
    inputs,
    output: table(columns),
    job: { kind: 'code', version: '1', run: async (context) => await context.inputs.members.table() },
  });
  const project = projectOf([member, bySql, byCode]);
  expect((await project.run([bySql(), byCode()])).outcome).toBe('ok');
  for (const task of [bySql(), byCode()])
    expect(await project.rows(task)).toEqual([
      { n: '1', label: null, value: '1' },
      { n: '2', label: 'two', value: '2' },
    ]);
});

test('named files may be an input, which has no columns', async () => {
  const after = defineTask({
    name: 'after',
    inputs: () => ({ listing: listing({ date }), totals: totals({ date }) }),
    output: table({ n: 'bigint' }),
    job: sql`SELECT COUNT(*) AS n FROM totals`,
  });
  const project = projectOf([after, ...tasks]);
  expect((await project.run([after()])).outcome).toBe('ok');
});

test('a file that a code job did not wait for is whole before it is published', async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);
  const careless = defineTask({
    name: 'careless',
    output: files(),
    job: {
      kind: 'code',
      version: '1',
      run: async ({ writeFile }) => {
        void writeFile('folder/lines.txt', slowly(lines));
      },
    },
  });
  const project = projectOf([careless]);
  expect((await project.run([careless()])).outcome).toBe('ok');
  expect(await fileText(project, careless(), 'lines.txt')).toBe(lines.join(''));
});

test.each([
  ['../escape', 'a name that leads out of the folder'],
  ['/absolute', 'an absolute name'],
  ['', 'no name'],
  ['.hidden', 'a name that begins with a dot'],
])('a code job cannot write a file named "%s": %s', async (name) => {
  const writing = defineTask({
    name: 'writing',
    output: files(),
    job: { kind: 'code', version: '1', run: async ({ writeFile }) => await writeFile(name, 'x') },
  });
  expect(await projectOf([writing]).end(writing())).toMatchObject({ error: { code: 'output-invalid' } });
});

test('a code job fails when it writes nothing, a file twice, or a file where a table is declared', async () => {
  const job = (run: (write: (name: string, content: string) => Promise<void>) => Promise<void>) => ({
    kind: 'code' as const,
    version: '1',
    run: async ({ writeFile }: { writeFile(name: string, content: string): Promise<void> }) =>
      await run(writeFile),
  });
  const nothing = defineTask({ name: 'nothing', output: files(), job: job(async () => undefined) });
  const twice = defineTask({
    name: 'twice',
    output: files(),
    job: job(async (write) => {
      await write('a', '1');
      await write('a', '2');
    }),
  });
  const both = defineTask({
    name: 'both',
    output: table({ n: 'integer' }),
    job: job(async (write) => await write('a', '1')),
  });
  const project = projectOf([nothing, twice, both]);
  for (const task of [nothing(), twice(), both()])
    expect(await project.end(task)).toMatchObject({
      kind: 'failed',
      fault: 'task',
      error: { code: 'output-invalid' },
    });
});

test('jobs side by side in this process do not disturb each other', async () => {
  const numbers = [1, 2, 3, 4, 5, 6].map((value) =>
    defineTask({
      name: `number-${value}`,
      output: table({ n: 'bigint', value: 'bigint' }),
      job:
        value % 2 === 0
          ? sql`SELECT i AS n, CAST(${value} AS BIGINT) AS value FROM range(100000) t(i)`
          : {
              kind: 'code',
              version: '1',
              run: async () => arrowTable({ n: 'bigint', value: 'bigint' }, [{ n: 0, value }]),
            },
    }),
  );
  const project = projectOf(numbers, { workers: 6 });
  expect((await project.run(numbers.map((each) => each()))).outcome).toBe('ok');
  for (const [index, each] of numbers.entries())
    expect(await project.rows(each(), 'DISTINCT value')).toEqual([{ value: String(index + 1) }]);
});

async function* slowly(lines: readonly string[]): AsyncIterable<string> {
  for (const [index, line] of lines.entries()) {
    if (index % 10_000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    yield line;
  }
}

function listOfSales(dates: readonly string[]) {
  return listOf(
    sales,
    dates.map((each) => ({ date: each })),
  );
}
