import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readChecked } from '../src/checked-statements.ts';
import type { Runner, Statement, TaskDefinition } from '../src/index.ts';
import {
  checkConfig,
  checkTasks,
  day,
  defineTask,
  everyRow,
  listOf,
  noRows,
  param,
  refuseChecked,
  sameTotal,
  sql,
  statementsOf,
  table,
  uniqueKey,
} from '../src/index.ts';
import { memoryTargets } from '../src/testing/index.ts';

const columns = { item: 'string', price: 'decimal(18,2)' } as const;
const prices = defineTask({
  name: 'prices',
  params: { date: day },
  output: table(columns),
  controls: [sameTotal('expected.price', 'output.price')],
  job: {
    kind: 'load',
    version: '1',
    formats: {
      csv: { columns: { item: 'text', price: 'json' }, statement: 'SELECT item, price FROM raw' },
    },
    expected: { price: 'decimal(38,2)' },
    fetch: async () => ({ kind: 'waiting', for: 'the file' }),
  },
});
const dear = (limit: number) =>
  defineTask({
    name: 'dear',
    params: { date: day },
    inputs: ({ date }) => ({ prices: listOf(prices, [{ date }]) }),
    output: table(columns),
    controls: [uniqueKey('item'), everyRow('dear', sql`price > ${limit}`)],
    job: sql`SELECT item, price FROM prices WHERE date = ${param('date')} AND price > ${limit}`,
  });
const values = { date: '2018-07-24' };

function sampled(definition: unknown) {
  const one = definition as TaskDefinition;
  return { definition: one, values, inputs: one.inputsOf(values) };
}

/** A runner that refuses every statement with the word "wrong", and counts those that it is asked about. */
function checker(checkedBy?: string): Runner & { readonly asked: Statement[] } {
  const asked: Statement[] = [];
  return {
    name: 'checker',
    kinds: ['load', 'sql', 'code'],
    asked,
    async *run() {},
    ...(checkedBy === undefined ? {} : { checkedBy }),
    check: async (statements) => {
      asked.push(...statements);
      return statements.map(({ text }) =>
        text.includes('wrong')
          ? [{ line: 1, column: 1, found: 'wrong', why: 'is wrong.', remedy: 'Right it.' }]
          : [],
      );
    },
  };
}

function configOf(runner: Runner) {
  return checkConfig({ targets: memoryTargets(), runners: [runner], tasks: [prices, dear(1)] }, 'here');
}

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the statements of a SQL job and of its controls are held to the subset, each with the tables that it may read', () => {
  const { statements, unknown } = statementsOf(sampled(dear(1)).definition, values, sampled(dear(1)).inputs);
  expect(unknown).toEqual([]);
  expect(statements.map(({ where, statement }) => [where, statement.kind, statement.subset])).toEqual([
    ['job', 'query', true],
    ['control "unique-key(item)"', 'query', false],
    ['control "dear"', 'condition', true],
  ]);
  const [job, key] = statements.map(({ statement }) => statement);
  const text = "SELECT item, price FROM prices WHERE date = DATE '2018-07-24' AND price > 1";
  expect(job).toMatchObject({ text, output: columns });
  expect(job?.inserted.map(({ start, end }) => text.slice(start, end))).toEqual(["DATE '2018-07-24'", '1']);
  expect(job?.relations).toEqual([{ name: 'prices', columns: { ...columns, date: 'date' } }]);
  expect(key?.relations.map(({ name }) => name)).toEqual(['prices', 'output']);
});

test('the statements of a load job are bound over its raw columns, and its controls over what to expect', () => {
  const { statements } = statementsOf(sampled(prices).definition, values, {});
  expect(statements.map(({ where, statement }) => [where, statement.subset])).toEqual([
    ['format csv', false],
    ['control "same-total(expected.price, output.price)"', false],
  ]);
  expect(statements[0]?.statement.relations).toEqual([
    { name: 'raw', columns: { line: 'bigint', item: 'string', price: 'json' } },
  ]);
  expect(statements[1]?.statement.relations.map(({ name }) => name)).toEqual([
    'output',
    'numbered_output',
    'expected',
  ]);
});

test('a control that names what is not there is refused without a runner that could bind it', async () => {
  const task = defineTask({
    name: 'task',
    output: table(columns),
    controls: [
      uniqueKey('shop' as 'item'),
      sameTotal('expected.price' as 'output.price', 'output.price', { by: ['town'] }),
      noRows('none', sql`SELECT item FROM output`),
    ],
    job: sql`SELECT 'tea' AS item, 1.50 AS price`,
  });
  const config = configOf({ name: 'plain', kinds: ['sql', 'load'], async *run() {} });
  const { refusals, statements } = await checkTasks(config, [sampled(task)]);
  expect(statements).toBe(2);
  expect(refusals.map(({ found, why, remedy }) => `${found} ${why} ${remedy}`)).toEqual([
    'output.shop speaks of the column "shop" of output, which is not there. Write one of item, price.',
    'expected.price speaks of "expected", which is no input of the task. Write one of output.',
    'expected.town speaks of "expected", which is no input of the task. Write one of output.',
    'output.town speaks of the column "town" of output, which is not there. Write one of item, price.',
  ]);
});

test('refusals name the task, the place and the remedy, all in one error', async () => {
  const wrong = defineTask({ name: 'wrong-task', output: table(columns), job: sql`SELECT wrong` });
  const outcome = await checkTasks(configOf(checker()), [sampled(dear(1)), sampled(wrong)]);
  expect(outcome).toMatchObject({ tasks: 2, statements: 4 });
  expect(() => refuseChecked(outcome)).toThrowError(
    expect.objectContaining({
      code: 'sql-refused',
      message:
        'Nothing was run, for the SQL has to be corrected first:\nwrong-task, job, line 1, column 1: wrong is wrong. Right it.',
    }),
  );
});

test('what was checked and has not changed is not checked again, by the same versions', async () => {
  const folder = folderForTest();
  const askedFor = async (definition: unknown, checkedBy: string): Promise<number> => {
    const runner = checker(checkedBy);
    await checkTasks(configOf(runner), [sampled(definition)], folder);
    return runner.asked.length;
  };
  expect(await askedFor(dear(1), 'one')).toBe(3);
  expect(await askedFor(dear(1), 'one')).toBe(0);
  expect(await askedFor(dear(2), 'one')).toBe(3);
  expect(await askedFor(dear(1), 'one')).toBe(0);
  expect(await askedFor(dear(1), 'two')).toBe(3);
  const wrong = defineTask({ name: 'wrong', output: table(columns), job: sql`SELECT wrong` });
  expect(await askedFor(wrong, 'two')).toBe(1);
  expect(await askedFor(wrong, 'two')).toBe(1);
});

test('a change of the columns of an input has its readers checked again', async () => {
  const folder = folderForTest();
  const reader = (type: 'bigint' | 'integer') => {
    const source = defineTask({ name: 'source', output: table({ n: type }) });
    const inputs = () => ({ source: source() });
    return defineTask({
      name: 'reader',
      inputs,
      output: table({ n: 'bigint' }),
      job: sql`SELECT n FROM source`,
    });
  };
  const runner = checker('one');
  await checkTasks(configOf(runner), [sampled(reader('bigint'))], folder);
  await checkTasks(configOf(runner), [sampled(reader('integer'))], folder);
  expect(runner.asked).toHaveLength(2);
});

test('several runs at once keep what each has checked, and leave no other file', () => {
  const folder = folderForTest();
  const [one, other] = [readChecked(folder, 'it'), readChecked(folder, 'it')];
  one.add(['a']);
  other.add(['b']);
  const after = readChecked(folder, 'it');
  expect(['a', 'b', 'c'].map((digest) => after.has(digest))).toEqual([true, true, false]);
  expect(readdirSync(folder)).toEqual(['checked.json']);
});

test('a file of checks that is broken is as none, and one that cannot be written stops nothing', () => {
  const folder = folderForTest();
  const path = join(folder, 'checked.json');
  for (const text of ['', '{', 'null', '{"format":1,"checkedBy":"it","digests":"a"}', '{"format":9}']) {
    writeFileSync(path, text);
    expect(readChecked(folder, 'it').has('a')).toBe(false);
  }
  readChecked(path, 'it').add(['a']);
  expect(readFileSync(path, 'utf8')).toBe('{"format":9}');
});
