import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Part, Target } from '@daybook/core';
import { defineTask, files, sql, table } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { projectOf, temporaryFolder } from './project.ts';
import type { Reading } from './transactions-part.ts';
import {
  cachedRunner,
  countedTarget,
  linesOf,
  publishedTransactions,
  statistics,
  transactions,
} from './transactions-part.ts';

const totals = defineTask({
  name: 'totals',
  inputs: () => ({ transactions: transactions() }),
  output: table({ account_id: 'bigint', net: 'decimal(18,2)' }),
  job: sql`
    SELECT account_id, CAST(SUM(amount) AS DECIMAL(18,2)) AS net FROM transactions
    WHERE kind <> 'COMMISSION' AND currency = 'EUR' GROUP BY account_id`,
});
const listing = defineTask({
  name: 'listing',
  inputs: () => ({ transactions: transactions() }),
  output: files(),
  job: {
    kind: 'code',
    version: '1',
    run: async ({ inputs, writeFile }) =>
      await writeFile('rows', String((await inputs.transactions.table(['amount'])).numRows)),
  },
});
const tasks = [transactions, statistics, totals, listing];

test('what was fetched for one job is fetched for no other that needs the same columns', async () => {
  const { target, readings, taken } = await publishedTransactions();
  const folder = join(temporaryFolder(), 'cache');
  await projectOf(tasks, { target, runner: cachedRunner(folder) }).end(statistics());
  taken();
  // Of the part there are a footer and some columns, which take less room than they are long.
  const entries = readdirSync(folder).map((name) => statSync(join(folder, name)));
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  expect(sum(entries.map((entry) => entry.blocks * 512))).toBeLessThan(
    sum(entries.map((entry) => entry.size)) / 2,
  );
  const project = projectOf(tasks, { target, runner: cachedRunner(folder) });
  expect(await project.end(totals())).toMatchObject({ kind: 'published' });
  expect(readings).toEqual([]);
});

test('columns that others did not need are fetched beside theirs, by one read', async () => {
  const { target, readings, taken } = await publishedTransactions();
  const folder = join(temporaryFolder(), 'cache');
  const markets = defineTask({
    name: 'markets',
    inputs: () => ({ transactions: transactions() }),
    output: table({ markets: 'bigint' }),
    job: sql`SELECT COUNT(DISTINCT market_id) AS markets FROM transactions`,
  });
  await projectOf(tasks, { target, runner: cachedRunner(folder) }).end(statistics());
  taken();
  const project = projectOf([transactions, markets], { target, runner: cachedRunner(folder) });
  expect(await project.end(markets())).toMatchObject({ kind: 'published' });
  expect(readings.map((reading) => (reading.ranges ?? []).length > 1)).toEqual([true]);
  expect(Number((await linesOf(project, markets()))[0])).toBeGreaterThan(1000);
});

test('what a job made is there for the next one, whole', async () => {
  const { target, readings } = countedTarget();
  const project = projectOf(tasks, { target, runner: cachedRunner() });
  await project.run([statistics(), totals()]);
  await linesOf(project, statistics());
  expect(readings).toEqual([]);
});

test('a code job gets its inputs whole, and a part that is there whole is fetched for nobody', async () => {
  const { target, readings, part } = await publishedTransactions();
  const project = projectOf(tasks, { target, runner: cachedRunner() });
  await project.run([listing()]);
  await project.run([statistics()]);
  expect(readings.map(({ part: path, ranges }) => [path, ranges])).toEqual([[part.path, undefined]]);
});

test('a child process has its parent bring the columns', async () => {
  const { target, readings, part, taken } = await publishedTransactions();
  const scratch = temporaryFolder();
  const runner = localRunner({ scratch, threads: 2 });
  onTestFinished(async () => await runner.close?.());
  const project = projectOf(tasks, { target, runner });
  expect(await project.end(statistics())).toMatchObject({ kind: 'published' });
  expect(readings.map((reading) => reading.ranges !== undefined)).toEqual([true, true]);
  expect(taken()).toBeLessThan(part.bytes * 0.45);
  const cache = readdirSync(scratch).filter((name) => name.startsWith('daybook-cache-'));
  expect(cache).toHaveLength(1);
});

test('two runners of processes at once on one cache make what one makes', async () => {
  const { target } = await publishedTransactions();
  const folder = join(temporaryFolder(), 'cache');
  // Too small for the columns of both, so that each evicts what the other has put there.
  const runners = [1, 2].map(() =>
    localRunner({ scratch: dirname(folder), threads: 1, cache: { folder, bytes: 3_000_000 } }),
  );
  onTestFinished(async () => void (await Promise.all(runners.map(async (runner) => await runner.close?.()))));
  const copies = [0, 1, 2, 3, 4, 5].map((index) =>
    defineTask({
      ...totals,
      name: `totals-${index}`,
      inputs: () => ({ transactions: transactions() }),
    } as never),
  ) as unknown as (typeof totals)[];
  const all = [...tasks, ...copies];
  const projects = runners.map((runner) => projectOf(all, { target, runner, workers: 2 }));
  const ran = projects.map(async (project, index) => {
    const half = copies.filter((_, each) => each % 2 === index).map((copy) => copy());
    expect((await project.run([...half])).outcome).toBe('ok');
  });
  await Promise.all(ran);
  const prints = copies.map(async (copy) => (await projects[0]?.manifest(copy()))?.fingerprint);
  expect(new Set(await Promise.all(prints)).size).toBe(1);
});

test('columns that are damaged on the way are told as a damaged part, by its SHA-256', async () => {
  let broken = false;
  const spoil = ({ ranges }: Reading) =>
    broken && ranges?.length !== 1 ? (chunk: Uint8Array): void => void chunk.fill(7) : undefined;
  const { target, part } = await publishedTransactions(countedTarget(spoil));
  broken = true;
  const project = projectOf(tasks, { target, runner: cachedRunner() });
  expect(await project.end(statistics())).toMatchObject({
    kind: 'failed',
    error: {
      code: 'part-damaged',
      message: expect.stringContaining(`${part.path} has the SHA-256`) as string,
    },
  });
});

test.each([['columns'], ['columns and their footer'], ['a footer']])(
  'an entry of the cache with %s of other content costs time, and no more',
  async (which) => {
    const { target, taken } = await publishedTransactions();
    const folder = join(temporaryFolder(), 'cache');
    await projectOf(tasks, { target, runner: cachedRunner(folder) }).end(statistics());
    taken();
    const partial = readdirSync(folder).filter(
      (name) => name.includes('-') && name.endsWith('-footer') === (which === 'a footer'),
    );
    for (const name of partial) {
      const path = join(folder, name);
      const bytes = readFileSync(path);
      // Its end stays, which is all that is looked at before it is read.
      const end = which === 'columns' ? 100_000 : 0;
      writeFileSync(path, bytes.fill('damage', 0, bytes.length - end));
    }
    expect(partial).toHaveLength(1);
    const project = projectOf(tasks, { target, runner: cachedRunner(folder) });
    expect(await project.end(totals())).toMatchObject({ kind: 'published' });
    const right = projectOf(tasks, { target, runner: cachedRunner() });
    expect(await right.end(totals(), { force: true })).toMatchObject({ kind: 'unchanged' });
  },
);

test('a cached file that was cut is fetched again', async () => {
  const { target, readings, taken } = await publishedTransactions();
  const folder = join(temporaryFolder(), 'cache');
  await projectOf(tasks, { target, runner: cachedRunner(folder) }).end(statistics());
  taken();
  for (const name of readdirSync(folder)) truncateSync(join(folder, name), 1000);
  const project = projectOf(tasks, { target, runner: cachedRunner(folder) });
  expect(await project.end(totals())).toMatchObject({ kind: 'published' });
  expect(readings.map((reading) => reading.ranges !== undefined)).toEqual([true, true]);
});

test.each([
  ['before its footer is read', 0],
  ['between its footer and its columns', 1],
])('a part that changes its size %s is damaged', async (_, before) => {
  let armed = false;
  let reads = 0;
  const counted = countedTarget(async () => {
    if (armed && reads++ === before) await overwrite(counted.memory, published.part);
    return undefined;
  });
  const published = await publishedTransactions(counted);
  armed = true;
  const project = projectOf(tasks, { target: published.target, runner: cachedRunner() });
  expect(await project.end(statistics())).toMatchObject({ kind: 'failed', error: { code: 'part-damaged' } });
});

test('a target that gives fewer columns than were asked for has failed', async () => {
  const { target } = await publishedTransactions();
  const short: Target = {
    ...target,
    async *read(part, ranges) {
      for await (const chunk of target.read(part, ranges)) {
        yield chunk;
        if (ranges?.length !== 1) return;
      }
    },
  };
  const end = await projectOf(tasks, { target: short, runner: cachedRunner() }).end(statistics());
  expect(end).toMatchObject({ kind: 'failed', fault: 'infrastructure', error: { code: 'target-failed' } });
});

test('an attempt that is cancelled while its columns come leaves nothing behind', async () => {
  const abort = new AbortController();
  const { target, readings } = await publishedTransactions(
    countedTarget(({ ranges }) => ((ranges?.length ?? 1) > 1 ? (): void => abort.abort() : undefined)),
  );
  const scratch = temporaryFolder();
  const runner = localRunner({ scratch, isolation: 'none', cache: { bytes: 0 } });
  onTestFinished(async () => await runner.close?.());
  const { outcome } = await projectOf(tasks, { target, runner }).run([statistics()], {
    signal: abort.signal,
  });
  expect(outcome).toBe('cancelled');
  // The piece after which it was cancelled, and one that nobody wanted.
  expect(readings.at(-1)?.bytes).toBeLessThanOrEqual(100_000);
  const left = readdirSync(scratch, { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => name.includes('input-'))).toEqual([]);
});

/** Puts other bytes in the place of a part. */
async function overwrite(memory: Target, part: Part): Promise<void> {
  const attempt = /\/attempts\/([^/]+)\/([^/]+)\//.exec(part.path);
  const stage = memory.stage(transactions().id, attempt?.[2] ?? '');
  expect(`${stage.path}part-0.parquet`).toBe(part.path);
  async function* bytes(): AsyncIterable<Uint8Array> {
    yield createHash('sha256').digest();
  }
  await stage.write('part-0.parquet', bytes());
}
