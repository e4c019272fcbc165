import type { AttemptEnd, Graph, Plan, Planned, Prepared, RunAttempt } from '@daybook/core';
import { defineTask, graphOf, listOf, sql, table, choice } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { attemptLine, countText, liveLines, restatedLine, stillLine } from '../../src/render/progress.ts';
import { plainPaint } from '../../src/terminal/paint.ts';
import { RunTally } from '../../src/terminal/run-tally.ts';

const attempt = (task: string, number = 1): RunAttempt => ({ attempt: task.padEnd(32, '0'), task, number });
const line = (
  end: AttemptEnd,
  given: { readonly number?: number; readonly retryInMs?: number; readonly files?: boolean } = {},
): string | undefined =>
  attemptLine({
    attempt: attempt('sales/date=2018-07-01', given.number),
    end,
    durationMs: 1200,
    retryInMs: given.retryInMs,
    files: given.files === true,
  });

describe('each attempt that ended is one line', () => {
  const error = { code: 'source-failed', message: 'The exchange did not answer.\nIt said 503.' } as const;
  test.each<readonly [string, AttemptEnd, Parameters<typeof line>[1], string | undefined]>([
    [
      'published',
      { kind: 'published', version: 2, reason: { kind: 'missing' }, rows: 8_800_000 },
      {},
      'published sales/date=2018-07-01 version 2, 8,800,000 rows, missing (1.2 s)',
    ],
    [
      'published files',
      { kind: 'published', version: 1, reason: { kind: 'forced' }, rows: 0 },
      { files: true },
      'published sales/date=2018-07-01 version 1, forced (1.2 s)',
    ],
    [
      'retried',
      { kind: 'failed', fault: 'infrastructure', error },
      { number: 2, retryInMs: 2000 },
      'failed sales/date=2018-07-01: The exchange did not answer. [source-failed] (1.2 s, attempt 2, tried again in 2.0 s)',
    ],
    [
      'superseded',
      { kind: 'superseded', disagreeing: ['a', 'b'] },
      {},
      'superseded sales/date=2018-07-01: inputs disagree, a, b (1.2 s)',
    ],
    ['waiting', { kind: 'waiting', for: 'rates' }, {}, 'waiting sales/date=2018-07-01 for rates (1.2 s)'],
    ['timed out', { kind: 'timed-out' }, {}, 'timed-out sales/date=2018-07-01 (1.2 s)'],
    ['fresh', { kind: 'fresh' }, {}, undefined],
  ])('%s', (_name, end, given, text) => {
    expect(line(end, given)).toBe(text);
  });
});

const facts = {
  done: 3,
  total: 12,
  failed: 1,
  blocked: 0,
  waiting: 2,
  startedMs: 0,
  nowMs: 65_400,
  stopping: false,
  paint: plainPaint,
};
const running = [
  {
    task: 'transactions/date=2018-07-24',
    startedMs: 60_000,
    progress: { attempt: 'a', phase: 'fetching', done: 1_200_000, total: 8_800_000, unit: 'rows' },
  },
  { task: 'account-statistics/date=2018-07-23', startedMs: 65_000, progress: undefined },
];

test('the live display says how far the run is and what each worker does', () => {
  expect(liveLines({ ...facts, running, width: 100, height: 24 }).join('\n')).toMatchInlineSnapshot(`
    "━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 3 of 12 done, 1 failed, 2 waiting, 1 min 5 s
      transactions/date=2018-07-24        5 s  fetching 1,200,000 of 8,800,000 rows, 13 %
      account-statistics/date=2018-07-23  0 s  starting"
  `);
});

test('before the plan is made, the live display says so', () => {
  const [head] = liveLines({
    ...facts,
    done: 0,
    total: 0,
    failed: 0,
    waiting: 0,
    nowMs: 2000,
    running: [],
    width: 80,
    height: 24,
  });
  expect(head).toBe('╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ planning, 2 s');
});

test('a log is told what still runs, and how far the run is', () => {
  expect(stillLine({ running, nowMs: 65_400 })).toBe(
    'still running: transactions/date=2018-07-24 for 5 s, fetching 1,200,000 of 8,800,000 rows, 13 %; account-statistics/date=2018-07-23 for 0 s',
  );
  expect(stillLine({ running: Array.from({ length: 3 }, () => running).flat(), nowMs: 65_400 })).toContain(
    '; 2 more',
  );
  expect(stillLine({ running: [], nowMs: 0 })).toBeUndefined();
  expect(countText({ done: 7, total: 285 })).toBe('[  7/285]');
});

test('no line of the live display is as wide as the terminal, and there are fewer lines than it has', () => {
  for (const width of [20, 40, 80]) {
    const lines = liveLines({
      ...facts,
      running: Array.from({ length: 30 }, () => running).flat(),
      width,
      height: 10,
    });
    expect(lines.length).toBeLessThan(10);
    expect(Math.max(...lines.map((each) => [...each].length))).toBeLessThan(width);
  }
});

const letter = choice('a', 'b', 'c');
const output = table({ id: 'bigint' });
const source = defineTask({ name: 'source', params: { letter }, output, job: sql`SELECT 1` });
const report = defineTask({
  name: 'report',
  params: { letter },
  inputs: ({ letter }) => ({ source: source({ letter }) }),
  output,
  job: sql`SELECT 1`,
});
const all = defineTask({
  name: 'all',
  inputs: () => ({ reports: listOf(report, [{ letter: 'a' }, { letter: 'b' }, { letter: 'c' }]) }),
});
const graph: Graph = graphOf([all()]);
const planOf = (kind: (id: string) => 'run' | 'may-run' | 'fresh'): Plan => {
  const planned = (id: string): Planned => {
    if (kind(id) === 'run') return { kind: 'run', reason: { kind: 'code-changed' } };
    return kind(id) === 'may-run' ? { kind: 'may-run', above: 'source' } : { kind: 'fresh' };
  };
  return new Map([...graph.keys()].map((id) => [id, planned(id)]));
};

describe('a tally of a run', () => {
  const plan = planOf((id) => (id.startsWith('source') ? 'run' : 'may-run'));

  test('counts what is to do, without wrappers, and what has ended', () => {
    const tally = new RunTally();
    tally.planned({ graph, plan });
    expect(tally.tally).toMatchObject({ done: 0, total: 6 });
    tally.started(attempt('source/letter=a'), 1000);
    expect(tally.tally.running).toHaveLength(1);
    const tookMs = tally.ended(attempt('source/letter=a'), { kind: 'fresh' }, false, 3500);
    expect(tookMs).toBe(2500);
    expect(tally.tally).toMatchObject({ done: 1, total: 6, running: [] });
  });

  test('takes what lies below a failure out of what is to do', () => {
    const tally = new RunTally();
    tally.planned({ graph, plan });
    tally.ended(attempt('source/letter=b'), { kind: 'timed-out' }, false, 0);
    expect(tally.tally).toMatchObject({ done: 1, total: 5, failed: 1, blocked: 0, waiting: 0 });
  });

  test('does not count an attempt that is tried again', () => {
    const tally = new RunTally();
    tally.planned({ graph, plan });
    tally.ended(attempt('source/letter=b'), { kind: 'timed-out' }, true, 0);
    expect(tally.tally).toMatchObject({ done: 0, total: 6, failed: 0 });
  });
});

test('a change of code says how many published outputs it restates, and how many may follow', () => {
  const prepared = (plan: Plan): Pick<Prepared, 'plan' | 'graph' | 'current'> => ({
    graph,
    plan,
    current: (id) =>
      id === 'report/letter=c' || id === 'all' ? undefined : ({} as ReturnType<Prepared['current']>),
  });
  expect(restatedLine(prepared(planOf((id) => (id.startsWith('source') ? 'run' : 'may-run'))))).toBe(
    'A change of code restates 3 published outputs. 2 outputs made from them may follow.',
  );
  expect(restatedLine(prepared(planOf(() => 'fresh')))).toBeUndefined();
});
