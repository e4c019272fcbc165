import { describe, expect, test } from 'vitest';
import type { Manifest } from '../src/manifest.ts';
import { manifestStore } from '../src/manifest-store.ts';
import type { Work } from '../src/runner.ts';
import type { Target } from '../src/target.ts';
import { defineTask } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import type { StubRunner } from './stub-runner.ts';
import { stubRunner } from './stub-runner.ts';
import {
  daily,
  date,
  left,
  load,
  output,
  publishNext,
  ran as ranHere,
  ranElsewhere,
  raw,
  report,
  resultText,
  right,
  short,
  priced,
  rates,
} from './run-fixture.ts';

/** A runner by which raw has the text `source.text`, left the text before its comma, and the others all they are made from. */
function bookkeeper(source: { text: string }, extra?: (work: Work) => Promise<void>): StubRunner {
  return stubRunner(async (work) => {
    await extra?.(work);
    if (work.task.name === 'raw') return source.text;
    if (work.task.name === 'left') return source.text.split(',')[0] ?? '';
    return `${work.task.name} of ${work.inputs.map(({ fingerprint }) => fingerprint).join(' ')}`;
  });
}

async function versionsIn(target: Target): Promise<string> {
  const found: string[] = [];
  for await (const name of target.taskNames())
    for await (const { task, version } of target.currentVersions(name))
      found.push(`${short(task)} ${version}`);
  return found.join(', ');
}

const ways = [
  ['in one process', ranHere],
  ['through a scheduler', ranElsewhere],
] as const;

describe.each(ways)('a run %s', (_where, ran) => {
  test('makes all that is missing, in order, and lists no wrapper', async () => {
    const target = memoryTargets();
    const runner = bookkeeper({ text: 'a,b' });
    expect(resultText(await ran(target, runner))).toBe(
      'ok, 0 fresh: raw published 1 (missing), left published 1 (missing), right published 1 (missing), report published 1 (missing)',
    );
    expect(runner.ran.map(short)).toEqual(['raw', 'left', 'right', 'report']);
    // A worker that stays lets go before it has work, too.
    expect([runner.released > 0, runner.closed]).toEqual([true, 1]);
  });

  test('counts what is fresh, and begins nothing when all is', async () => {
    const target = memoryTargets();
    await ran(target, bookkeeper({ text: 'a,b' }));
    const again = bookkeeper({ text: 'a,c' });
    expect(resultText(await ran(target, again))).toBe('ok, 4 fresh: ');
    expect(again.ran).toEqual([]);
    expect(again.closed).toBe(1);
  });

  test('stops where a recomputed input came out the same: what hangs on it alone stays fresh', async () => {
    const target = memoryTargets();
    const source = { text: 'a,b' };
    const simple = defineTask({
      name: 'simple',
      inputs: () => ({ left: left({ date }) }),
      output,
      job: { kind: 'code', version: '1', run: async () => undefined },
    });
    const options = { roots: [simple()], of: { tasks: [raw, left, simple] } };
    await ran(target, bookkeeper(source), options);
    source.text = 'a,c';
    const runner = bookkeeper(source);
    expect(resultText(await ran(target, runner, { ...options, refetch: true }))).toBe(
      'ok, 1 fresh: raw published 2 (refetch-due), left unchanged 2 (input-changed)',
    );
    expect(runner.ran.map(short)).toEqual(['raw', 'left']);
    expect(resultText(await ran(target, bookkeeper(source), options))).toBe('ok, 3 fresh: ');
    const manifests = manifestStore(target);
    const parts = async (version: number): Promise<unknown> =>
      (await manifests.read(`left/date=${date}`, version)).manifest.parts;
    expect(await parts(2)).toEqual(await parts(1));
    source.text = 'b,c';
    expect(resultText(await ran(target, bookkeeper(source), { ...options, refetch: true }))).toBe(
      'ok, 0 fresh: raw published 3 (refetch-due), left published 3 (input-changed), simple published 2 (input-changed)',
    );
  });

  test('fetches what is due once, though the run looks twice', async () => {
    const target = memoryTargets();
    const always = defineTask({ name: 'always', output, job: load, refetch: 'always' });
    const options = { roots: [always()], of: { tasks: [always] } };
    for (const [version, outcome] of [
      [1, 'published 1 (missing)'],
      [2, 'unchanged 2 (refetch-due)'],
      [3, 'unchanged 3 (refetch-due)'],
    ] as const) {
      const runner = stubRunner(() => 'a');
      expect(resultText(await ran(target, runner, options))).toBe(`ok, 0 fresh: always ${outcome}`);
      expect(runner.ran).toEqual(['always']);
      expect(await target.currentVersion('always')).toBe(version);
    }
  });

  test('takes a fetch by somebody else since its plan for its own', async () => {
    const target = memoryTargets();
    const source = { text: 'a,b' };
    await ran(target, bookkeeper(source));
    const runner = bookkeeper(source, async ({ task }) => {
      if (task.id === 'first') await publishNext(target, `raw/date=${date}`);
    });
    const first = defineTask({ name: 'first', output, priority: 1, job: load });
    const options = { roots: [first(), raw({ date })], refetch: true, of: { tasks: [first, raw] } };
    expect(resultText(await ran(target, runner, options))).toBe('ok, 1 fresh: first published 1 (missing)');
    expect(runner.ran).toEqual(['first']);
  });

  test('forces the tasks named once, a wrapper standing for its inputs; the rest follows by the rules', async () => {
    const target = memoryTargets();
    await ran(target, bookkeeper({ text: 'a,b' }));
    const byWrapper = bookkeeper({ text: 'a,b' });
    expect(resultText(await ran(target, byWrapper, { force: true }))).toBe(
      'ok, 3 fresh: report unchanged 2 (forced)',
    );
    const byName = bookkeeper({ text: 'a,b' });
    const roots = [left({ date }), daily({ date })];
    expect(resultText(await ran(target, byName, { force: true, roots }))).toBe(
      'ok, 2 fresh: left unchanged 2 (forced), report unchanged 3 (forced)',
    );
    expect(byName.ran.map(short)).toEqual(['left', 'report']);
  });

  test('fetches again the loaded tasks that the tasks named are made from', async () => {
    const target = memoryTargets();
    await ran(target, bookkeeper({ text: 'a,b' }));
    expect(resultText(await ran(target, bookkeeper({ text: 'a,b' }), { refetch: true }))).toBe(
      'ok, 3 fresh: raw unchanged 2 (refetch-due)',
    );
  });

  test('never fetches a day that is not over', async () => {
    const target = memoryTargets();
    const runner = bookkeeper({ text: 'a,b' });
    const result = await ran(target, runner, { today: date, refetch: true, force: true });
    expect(resultText(result)).toBe(
      'waiting, 0 fresh: raw waiting, left waiting, right waiting, report waiting',
    );
    expect(runner.ran).toEqual([]);
  });

  test('makes only what others do not publish: without a version they are waited for', async () => {
    const target = memoryTargets();
    const options = { roots: [priced()], of: { tasks: [rates, raw, priced] } };
    const runner = bookkeeper({ text: 'a,b' });
    const first = await ran(target, runner, options);
    expect(resultText(first)).toBe(
      'waiting, 0 fresh: rates waiting, raw published 1 (missing), priced waiting',
    );
    expect(first.tasks.at(-1)?.end).toEqual({
      kind: 'waiting',
      for: 'rates, which another project publishes',
    });
    await publishNext(target, 'rates');
    expect(resultText(await ran(target, runner, options))).toBe('ok, 2 fresh: priced published 1 (missing)');
  });
});

test('a task that another project publishes is fresh with a version, whatever its own inputs come to', async () => {
  const target = memoryTargets();
  const rates = defineTask({ name: 'rates', inputs: () => ({ raw: raw({ date }) }), output });
  const priced = defineTask({
    name: 'priced',
    inputs: () => ({ rates: rates() }),
    output,
    job: { kind: 'code', version: '1', run: async () => undefined },
  });
  const options = { roots: [priced()], of: { tasks: [rates, raw, priced] } };
  await publishNext(target, 'rates');
  const failing = stubRunner(({ task }) => {
    if (task.name === 'raw') throw new Error('The exchange is closed.');
    return 'a';
  });
  expect(resultText(await ranHere(target, failing, options))).toBe(
    'failed, 1 fresh: raw failed, priced published 1 (missing)',
  );
  expect(resultText(await ranHere(target, bookkeeper({ text: 'a,b' }), options))).toBe(
    'ok, 2 fresh: raw published 1 (missing)',
  );
});

describe.each(ways)('what happens while a run goes on %s', (_where, ran) => {
  test('makes inputs disagree: those are decided again, and then what is made from them', async () => {
    const target = memoryTargets();
    const source = { text: 'a,b' };
    let done = false;
    // Left has read raw 1 when raw 2 is published: right then pins raw 2, and left that was made from raw 1.
    const runner = bookkeeper(source, async ({ task }) => {
      if (task.name !== 'left' || done) return;
      done = true;
      await publishNext(target, `raw/date=${date}`, { fingerprint: 'another' });
    });
    const overtaken = ['left published', 'right superseded left'];
    const ends: string[] = [];
    const observer = {
      ended: (lease: { task: string }, end: { kind: string; disagreeing?: readonly string[] }) =>
        ends.push([short(lease.task), end.kind, ...(end.disagreeing ?? []).map(short)].join(' ')),
    };
    expect(resultText(await ran(target, runner, { observer }))).toBe(
      'ok, 0 fresh: raw published 1 (missing), left unchanged 2 (input-changed), right published 1 (missing), report published 1 (missing)',
    );
    // Who watches from elsewhere may not be told of what was overtaken before it looked again.
    expect(ends.filter((end) => overtaken.includes(end))).toEqual(ran === ranHere ? overtaken : []);
    expect(ends.filter((end) => !overtaken.includes(end))).toEqual([
      'raw published',
      'left unchanged',
      'right published',
      'report published',
    ]);
    expect(resultText(await ran(target, bookkeeper(source)))).toBe('ok, 4 fresh: ');
  });

  test('is made good in the same run when it is found stale at the end', async () => {
    const target = memoryTargets();
    const source = { text: 'a,b' };
    let done = false;
    const runner = bookkeeper(source, async ({ task }) => {
      if (task.name !== 'report' || done) return;
      done = true;
      await publishNext(target, `raw/date=${date}`, { fingerprint: 'another' });
      source.text = 'z,z';
    });
    const again: string[] = [];
    const observer = { again: (tasks: readonly string[]) => again.push(tasks.map(short).join(' ')) };
    expect(resultText(await ran(target, runner, { observer }))).toBe(
      'ok, 0 fresh: raw published 1 (missing), left published 2 (input-changed), right published 2 (input-changed), report published 2 (input-changed)',
    );
    expect(again).toEqual(['left right']);
    expect(runner.ran.map(short)).toEqual(['raw', 'left', 'right', 'report', 'left', 'right', 'report']);
    expect(resultText(await ran(target, bookkeeper(source)))).toBe('ok, 4 fresh: ');
  });

  test.each<[string, Partial<Manifest>]>([
    ['with other code', { codeDigest: 'other' }],
    ['from other tasks', { inputs: [] }],
  ])('is an error when another publishes over it, again and again, %s', async (_, theirs) => {
    const target = memoryTargets();
    let times = 0;
    const runner = bookkeeper({ text: 'a,b' }, async ({ task }) => {
      if (task.name !== 'report' || times === 9) return;
      times += 1;
      await publishNext(target, `left/date=${date}`, { fingerprint: `their ${times}`, ...theirs });
    });
    const result = await ran(target, runner);
    expect(resultText(result)).toBe(
      'failed, 0 fresh: raw published 1 (missing), left failed, right upstream-failed by left, report upstream-failed by left',
    );
    expect(result.tasks[1]?.end).toMatchObject({
      fault: 'task',
      error: {
        code: 'config-invalid',
        message: `left/date=${date} was published by this run, and since then by another, as version 2, with another configuration: two share memory:///. Let one of them end, then run again.`,
      },
    });
    expect(times).toBe(1);
    // Nothing is taken from whoever runs next.
    expect((await ran(target, bookkeeper({ text: 'a,b' }))).outcome).toBe('ok');
  });

  test('is what two runs share: each task is published once, and both end well', async () => {
    const target = memoryTargets();
    const source = { text: 'a,b' };
    const results = await Promise.all([1, 2, 3].map(async () => await ran(target, bookkeeper(source))));
    for (const { outcome, fresh, tasks } of results) {
      expect(outcome).toBe('ok');
      expect(fresh + tasks.length).toBe(4);
    }
    expect(await versionsIn(target)).toBe('left 1, raw 1, report 1, right 1');
    const published = results.flatMap(({ tasks }) => tasks.map(({ task }) => task));
    expect(published.sort()).toEqual([left, raw, report, right].map((each) => each({ date }).id));
  });

  test('is not asked about when nothing had to run', async () => {
    const target = memoryTargets();
    await ran(target, bookkeeper({ text: 'a,b' }));
    let listings = 0;
    const counted: Target = {
      ...target,
      currentVersions: (under) => {
        listings += 1;
        return target.currentVersions(under);
      },
    };
    await ran(counted, bookkeeper({ text: 'a,b' }));
    expect(listings).toBe(4);
  });
});
