import {
  day,
  defineTask,
  everyRow,
  files,
  listOf,
  noRows,
  optional,
  param,
  sql,
  table,
  text,
} from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { hadoopPath } from '../src/submission/hadoop-path.ts';
import { planOf, writtenFolder } from '../src/submission/plan-of.ts';
import { programInputs } from '../src/submission/program-inputs.ts';
import { part, workFor } from './works.ts';

const prices = defineTask({
  name: 'prices',
  params: { date: day, note: optional(text) },
  output: table({ item: 'string', price: 'decimal(18,2)' }),
});
const logo = defineTask({ name: 'logo', output: files() });
const doubled = defineTask({
  name: 'doubled',
  params: { date: day },
  inputs: ({ date }) => ({
    prices: prices({ date }),
    earlier: listOf(prices, [{ date: '2018-07-23', note: "it's" }, { date: '2018-07-22' }]),
    none: listOf(prices, []),
    logo: logo(),
  }),
  output: table({ item: 'string', price: 'decimal(18,2)', at: 'timestamp' }),
  controls: [
    everyRow('positive', sql`price > 0 OR item = ${'b\\s'}`),
    noRows('none', sql`SELECT * FROM output`),
  ],
  job: sql`SELECT item, CAST(price * 2 AS DECIMAL(18,2)) AS price FROM prices WHERE ${param('date')} > DATE '2018-01-01'`,
});

const target = { name: 's3://books/' };
const submission = 'f'.repeat(32);
const inputs = {
  'prices/date=2018-07-24': [part('prices/attempts/date=2018-07-24/1/part-0.parquet', 10)],
  'prices/date=2018-07-23,note=it%27s': [part('prices/attempts/date=2018-07-23,note=it%27s/1/p.parquet', 20)],
  logo: [part('logo/attempts/-/1/logo.png', 7)],
};
const work = workFor(doubled({ date: '2018-07-24' }), inputs, { timeoutMs: 90_500 });

describe('the plan of a work', () => {
  const [planned, ...others] = planOf([work], { target, submission }).works;

  test('has the statement and the controls in Spark’s SQL', () => {
    expect(others).toEqual([]);
    expect(planned?.statement).toBe(
      "SELECT item, CAST(price * 2 AS DECIMAL(18,2)) AS price FROM prices WHERE DATE '2018-07-24' > DATE '2018-01-01'",
    );
    expect(planned?.controls).toEqual([
      {
        name: 'positive',
        kind: 'rows',
        broken: String.raw`NOT coalesce((price > 0 OR item = 'b\\s'), FALSE)`,
      },
      { name: 'none', kind: 'query', query: 'SELECT * FROM output' },
    ]);
    expect(planned?.rowSums).toContain('unix_micros(`at`)');
  });

  test('says what is written, where, and for how long', () => {
    expect(planned).toMatchObject({
      task: 'doubled/date=2018-07-24',
      stage: work.stage.uri,
      written: null,
      little: true,
      timeoutSeconds: 90.5,
      columns: [
        { name: 'item', type: 'STRING' },
        { name: 'price', type: 'DECIMAL(18,2)' },
        { name: 'at', type: 'TIMESTAMP' },
      ],
    });
  });

  test('pins the parts of each input, with the parameters of the members of a list', () => {
    const stored = [
      { name: 'item', type: 'STRING' },
      { name: 'price', type: 'DECIMAL(18,2)' },
    ];
    const seen = [...stored, { name: 'date', type: 'DATE' }, { name: 'note', type: 'STRING' }];
    const names = ['item', 'price'];
    expect(planned?.inputs).toEqual([
      {
        name: 'prices',
        columns: stored,
        stored: names,
        members: [
          {
            parts: [{ uri: 's3://books/prices/attempts/date=2018-07-24/1/part-0.parquet', bytes: 10 }],
            extra: {},
          },
        ],
      },
      {
        name: 'earlier',
        columns: seen,
        stored: names,
        members: [
          {
            parts: [{ uri: 's3://books/prices/attempts/date=2018-07-23,note=it%27s/1/p.parquet', bytes: 20 }],
            extra: { date: '2018-07-23', note: "it's" },
          },
          { parts: [], extra: { date: '2018-07-22' } },
        ],
      },
      { name: 'none', columns: seen, stored: names, members: [] },
      {
        name: 'logo',
        columns: [],
        stored: [],
        members: [{ parts: [{ uri: 's3://books/logo/attempts/-/1/logo.png', bytes: 7 }], extra: {} }],
      },
    ]);
  });
});

test('work over many bytes is not little, and neither is what a program wrote', () => {
  const large = workFor(doubled({ date: '2018-07-24' }), { logo: [part('logo/x', 16 * 1024 * 1024 + 1)] });
  const written = { ...work, job: { kind: 'spark' } as unknown as typeof work.job };
  const plan = planOf([large, written], { target, submission });
  expect(plan.works.map(({ little }) => little)).toEqual([false, false]);
  expect(plan.works[1]).toMatchObject({ statement: null, written: `${work.stage.uri}${submission}/` });
  expect(writtenFolder(written, submission)).toBe(plan.works[1]?.written);
});

test('a path is what Hadoop reads: a URL of a file loses its encoding, a key of a bucket has none', () => {
  expect(hadoopPath('file:///data/a%20b%2525/x/')).toBe('file:///data/a b%25/x/');
  expect(hadoopPath('s3://books/x/label=o%27clock/')).toBe('s3://books/x/label=o%27clock/');
});

test('a program of the user’s own is told its parameters and the parts of its inputs', () => {
  expect(programInputs(work, target)).toEqual({
    format: 1,
    task: 'doubled/date=2018-07-24',
    parameters: { date: '2018-07-24' },
    inputs: {
      prices: [
        {
          task: 'prices/date=2018-07-24',
          parameters: { date: '2018-07-24' },
          parts: ['s3://books/prices/attempts/date=2018-07-24/1/part-0.parquet'],
        },
      ],
      earlier: [
        {
          task: 'prices/date=2018-07-23,note=it%27s',
          parameters: { date: '2018-07-23', note: "it's" },
          parts: ['s3://books/prices/attempts/date=2018-07-23,note=it%27s/1/p.parquet'],
        },
        { task: 'prices/date=2018-07-22', parameters: { date: '2018-07-22' }, parts: [] },
      ],
      none: [],
      logo: [{ task: 'logo', parameters: {}, parts: ['s3://books/logo/attempts/-/1/logo.png'] }],
    },
  });
});
