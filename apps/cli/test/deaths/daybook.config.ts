/** Three days of sales: on a cluster of the EMR that `DEATHS` names, or, without one, all on this machine. */
import { join } from 'node:path';
import {
  day,
  daysBetween,
  defineConfig,
  defineTask,
  files,
  listOf,
  sparkFile,
  sql,
  table,
  uniqueKey,
} from '@daybook/core';
import { emrRunner } from '@daybook/runner-emr';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

/** Where a run takes place. */
export interface Place {
  readonly endpoint?: string;
  /** Of the cluster: `file:///…`. */
  readonly scratch?: string;
  readonly release?: string;
  /** Whether the core instances are spot instances. */
  readonly spot?: boolean;
}

const { endpoint, scratch = '', release, spot = false } = JSON.parse(process.env['DEATHS'] ?? '{}') as Place;
const here = (name: string): string => join(import.meta.dirname, name);

const sales = defineTask({
  name: 'sales',
  params: { date: day },
  output: table({ shop: 'string', amount: 'decimal(18,2)' }),
  job: {
    kind: 'load',
    version: '1',
    formats: {
      ndjson: {
        columns: { shop: 'text', amount: 'text' },
        statement: `SELECT shop, CAST(amount AS DECIMAL(18,2)) AS amount FROM raw`,
      },
    },
    fetch: async ({ values }) => {
      const name = `${String(values['date'])}.ndjson`;
      return { kind: 'file', format: 'ndjson', path: join(here('sales'), name), source: { name } };
    },
  },
});

const statistics = defineTask({
  name: 'sales-statistics',
  params: { date: day },
  inputs: ({ date }) => ({ sales: sales({ date }) }),
  output: table({ shop: 'string', sales: 'bigint', total: 'decimal(18,2)' }),
  controls: [uniqueKey('shop')],
  job: sql`SELECT shop, count(*) AS sales, CAST(sum(amount) AS DECIMAL(18,2)) AS total FROM sales GROUP BY shop`,
});

const totals = defineTask({
  name: 'totals',
  params: { through: day },
  inputs: ({ through }) => ({
    statistics: listOf(
      statistics,
      daysBetween('2018-07-01', through).map((date) => ({ date })),
    ),
  }),
  output: table({ shop: 'string', days: 'bigint', total: 'decimal(18,2)' }),
  controls: [uniqueKey('shop')],
  job: sql`SELECT shop, count(*) AS days, CAST(sum(total) AS DECIMAL(18,2)) AS total FROM statistics GROUP BY shop`,
});

const regulars = defineTask({
  name: 'regulars',
  params: { through: day },
  inputs: ({ through }) => ({ totals: totals({ through }) }),
  output: table({ shop: 'string', total: 'decimal(18,2)' }),
  job: sql`SELECT shop, total FROM totals WHERE days > 1`,
});

const regularsTsv = defineTask({
  name: 'regulars-tsv',
  params: { through: day },
  inputs: ({ through }) => ({ regulars: regulars({ through }) }),
  output: files(),
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, writeFile }) => await writeFile('regulars.tsv', inputs.regulars.tsv()),
  },
});

const copy = defineTask({
  name: 'copy',
  params: { through: day },
  inputs: ({ through }) => ({ totals: totals({ through }) }),
  output: table({ shop: 'string', days: 'bigint', total: 'decimal(18,2)' }),
  controls: [uniqueKey('shop')],
  job: { kind: 'spark', program: sparkFile(here('copy_program.py')), arguments: ['--gate', here('gate')] },
});

const reports = defineTask({
  name: 'reports',
  params: { through: day },
  inputs: ({ through }) => ({ tsv: regularsTsv({ through }) }),
});

const everything = defineTask({
  name: 'everything',
  params: { through: day },
  inputs: ({ through }) => ({ reports: reports({ through }), copy: copy({ through }) }),
});

const local = localRunner({ threads: 1, memoryBytes: 192 * 1024 * 1024 });
const tasks = [sales, statistics, totals, regulars, regularsTsv, reports];

export default defineConfig({
  targets: fileTargets({ root: here('data') }),
  runners:
    endpoint === undefined
      ? [local]
      : [
          emrRunner({
            endpoint,
            scratch,
            credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
            cluster: {
              ...(release === undefined ? {} : { release }),
              ...(spot ? { instances: { core: { market: 'spot' } } } : {}),
            },
            pollMs: 200,
            batchWaitMs: 2000,
          }),
          local,
        ],
  workers: 3,
  tasks: endpoint === undefined ? tasks : [...tasks, copy, everything],
});
