import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/digest.ts';
import { manifestStore } from '../src/manifest-store.ts';
import type { Outcome, Runner } from '../src/runner.ts';
import type { RunResult } from '../src/run.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { defineTask, listOf } from '../src/task.ts';
import { left, ran, raw } from './run-fixture.ts';
import { stubRunner } from './stub-runner.ts';

const dates = ['2018-07-24', '2018-07-25', '2018-07-26'];
const lefts = defineTask({
  name: 'lefts',
  inputs: () => ({
    lefts: listOf(
      left,
      dates.map((date) => ({ date })),
    ),
  }),
});
const at = (index: number): string => `left/date=${dates[index]}`;

/** Takes up to `batchMax` SQL tasks at once; `end` says how each ends, `undefined` that it is forgotten. */
function batchRunner(
  end: (task: string) => 'staged' | 'failed' | undefined,
): Runner & { readonly batches: string[][] } {
  const batches: string[][] = [];
  return {
    name: 'batches',
    kinds: ['sql'],
    batchMax: 9,
    batchWaitMs: 3_600_000,
    batches,
    async *run(batch): AsyncGenerator<Outcome> {
      batches.push(batch.map(({ task }) => task.id));
      for (const { task, attempt } of batch.toReversed()) {
        const kind = end(task.id);
        if (kind === 'staged')
          yield { attempt, kind, parts: [], rows: 0, fingerprint: sha256(task.id), controls: [], runner: {} };
        else if (kind === 'failed')
          yield { attempt, kind, fault: 'task', error: { code: 'job-failed', message: 'It fails.' } };
      }
    },
  };
}

const loads = stubRunner(() => 'raw');

async function run(runner: Runner, target = memoryTargets()): Promise<RunResult> {
  return await ran(target, runner, {
    roots: [lefts()],
    workers: 2,
    of: { runners: [runner, loads], tasks: [raw, left, lefts] },
  });
}

const ends = (result: RunResult): readonly string[] =>
  result.tasks.filter(({ task }) => task.startsWith('left/')).map(({ end }) => end.kind);

describe('a batch', () => {
  test('is run once, and each of its tasks is published by itself', async () => {
    const runner = batchRunner(() => 'staged');
    const target = memoryTargets();
    const result = await run(runner, target);
    expect(runner.batches).toEqual([[at(0), at(1), at(2)]]);
    expect(ends(result)).toEqual(['published', 'published', 'published']);
    expect(await Promise.all([0, 1, 2].map(async (index) => await target.currentVersion(at(index))))).toEqual(
      [1, 1, 1],
    );
  });

  test('tells what each of its tasks cost, in their manifests and for the run', async () => {
    const cost = { amount: '0.25', currency: 'USD', estimate: true };
    const inner = batchRunner((task) => (task === at(2) ? 'failed' : 'staged'));
    const runner: Runner = {
      ...inner,
      async *run(batch, context) {
        for await (const outcome of inner.run(batch, context)) yield { ...outcome, cost };
      },
    };
    const target = memoryTargets();
    const result = await run(runner, target);
    expect(result.costs).toEqual([{ ...cost, amount: '0.75' }]);
    expect((await manifestStore(target).current(at(0)))?.manifest.cost).toEqual(cost);
  });

  test('counts as one of the things that a worker does at once', async () => {
    const runner = batchRunner(() => 'staged');
    await ran(memoryTargets(), runner, {
      roots: [lefts()],
      workers: 1,
      of: { runners: [runner, loads], tasks: [raw, left, lefts] },
    });
    expect(runner.batches.flat()).toHaveLength(3);
  });

  test('in which one fails fails no other', async () => {
    const result = await run(batchRunner((task) => (task === at(1) ? 'failed' : 'staged')));
    expect(ends(result)).toEqual(['published', 'failed', 'published']);
  });

  test('runs without those that need not run, and not at all where none need', async () => {
    const target = memoryTargets();
    await ran(
      target,
      batchRunner(() => 'staged'),
      {
        roots: [left({ date: dates[1] as string })],
        of: { runners: [batchRunner(() => 'staged'), loads], tasks: [raw, left, lefts] },
      },
    );
    const runner = batchRunner(() => 'staged');
    expect(ends(await run(runner, target))).toEqual(['published', 'published']);
    expect(runner.batches).toEqual([[at(0), at(2)]]);
    await run(runner, target);
    expect(runner.batches).toHaveLength(1);
  });

  test('runs without those that turn out to be fresh when their turn comes', async () => {
    const target = memoryTargets();
    await run(
      batchRunner(() => 'staged'),
      target,
    );
    const changed = stubRunner(({ task }) => (task.id === `raw/date=${dates[1]}` ? 'changed' : 'raw'));
    const runner = batchRunner(() => 'staged');
    const again = { roots: [...dates.map((date) => raw({ date })), lefts()], refetch: true, workers: 2 };
    await ran(target, runner, { ...again, of: { runners: [runner, changed], tasks: [raw, left, lefts] } });
    expect(runner.batches).toEqual([[at(1)]]);
  });

  test('whose runner forgets one says so, and keeps the others', async () => {
    const result = await run(batchRunner((task) => (task === at(2) ? undefined : 'staged')));
    const forgotten = result.tasks.find(({ task }) => task === at(2))?.end;
    expect(forgotten).toMatchObject({
      kind: 'crashed',
      error: { code: 'bug', message: `The runner batches gave no outcome for ${at(2)}.` },
    });
    expect(ends(result)).toEqual(['published', 'published', 'crashed']);
  });

  test('whose runner throws ends for all that had no outcome', async () => {
    const runner = batchRunner((task) => {
      if (task === at(0)) throw new Error('The runner is broken.');
      return 'staged';
    });
    const result = await run(runner);
    expect(ends(result)).toEqual(['failed', 'published', 'published']);
  });
});
