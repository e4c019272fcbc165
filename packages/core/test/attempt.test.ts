import { describe, expect, test } from 'vitest';
import { newAttemptId } from '../src/attempt.ts';
import { DaybookError } from '../src/errors.ts';
import type { Manifest } from '../src/manifest.ts';
import { publish } from '../src/publish.ts';
import type { Runner, Work } from '../src/runner.ts';
import type { Target } from '../src/target.ts';
import {
  attempted,
  current,
  ratesMade,
  raw,
  rawDays,
  rawIds,
  report,
  startMs,
  stats,
  statsMade,
  targetWith,
} from './attempt-fixture.ts';
import { manifestOf } from './manifest-fixture.ts';
import type { StubEnd } from './stub-runner.ts';
import { stubRunner } from './stub-runner.ts';

describe('an attempt', () => {
  test('fixes its base before it reads inputs, and creates the version last', async () => {
    const inner = await targetWith(...rawDays, statsMade, ratesMade, { task: 'report' });
    const log: string[] = [];
    const target: Target = {
      ...inner,
      currentVersion: async (task) => {
        log.push(`version of ${task}`);
        return await inner.currentVersion(task);
      },
      createManifest: async (task, version, bytes) => {
        log.push(`create ${task} ${version}`);
        return await inner.createManifest(task, version, bytes);
      },
    };
    const runner = stubRunner(() => {
      log.push('run');
      return 'new';
    });
    await attempted(report(), { target, runner });
    expect(log[0]).toBe('version of report');
    expect(log.slice(1, -2).sort()).toEqual([
      'version of rates',
      `version of ${rawIds[0]}`,
      'version of stats',
    ]);
    expect(log.slice(-2)).toEqual(['run', 'create report 2']);
  });

  test('goes for the version after the one it found, though another was published meanwhile', async () => {
    const target = await targetWith(...rawDays);
    const runner = stubRunner(async () => {
      await publish(target, manifestOf({ task: 'stats', fingerprint: 'theirs' }));
      return 'mine';
    });
    expect(await attempted(stats(), { target, runner })).toEqual({ kind: 'superseded', disagreeing: [] });
    expect(await current(target, 'stats')).toMatchObject({ version: 1, fingerprint: 'theirs' });
  });

  test('that fails once another has published was superseded, for its files may be gone', async () => {
    const target = await targetWith(...rawDays);
    const runner = stubRunner(async () => {
      await publish(target, manifestOf({ task: 'stats', fingerprint: 'theirs' }));
      return { kind: 'failed', fault: 'task', error: { code: 'sql-failed', message: 'no such file' } };
    });
    expect(await attempted(stats(), { target, runner })).toEqual({ kind: 'superseded', disagreeing: [] });
  });

  test('knows its own version again when the answer to the create was lost', async () => {
    const inner = await targetWith(...rawDays);
    const target: Target = {
      ...inner,
      createManifest: async (...asked) => {
        await inner.createManifest(...asked);
        return await inner.createManifest(...asked);
      },
    };
    expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toMatchObject({
      kind: 'published',
      version: 1,
    });
  });

  test('does nothing when it finds the task fresh', async () => {
    const target = await targetWith(...rawDays, statsMade);
    const runner = stubRunner(() => expect.unreachable());
    expect(await attempted(stats(), { target, runner })).toEqual({ kind: 'fresh' });
    expect(await target.currentVersion('stats')).toBe(1);
  });

  test('gives its runner the inputs pinned, with their parts, and where to write', async () => {
    const part = { path: 'raw/attempts/x/y/part.txt', bytes: 1, rows: 1, sha256: 'z' };
    const target = await targetWith(
      { ...(rawDays[0] as (typeof rawDays)[0]), parts: [part] },
      { ...(rawDays[1] as (typeof rawDays)[0]), version: 1 },
      { ...statsMade, source: { etag: 'e' }, codeDigest: 'old' },
    );
    const works: Work[] = [];
    const runner = stubRunner((work) => {
      works.push(work);
      return 'a';
    });
    const id = '0123456789abcdef0123456789abcdef';
    await attempted(stats(), { target, runner, id });
    expect(works).toMatchObject([
      {
        task: { id: 'stats' },
        attempt: `00000002-${id}`,
        job: { kind: 'sql' },
        inputs: [
          { input: 'days', task: rawIds[0], version: 1, fingerprint: 'r', parts: [part] },
          { input: 'days', task: rawIds[1], version: 1, fingerprint: 'r', parts: [] },
        ],
        stage: { path: `stats/attempts/-/00000002-${id}/` },
        current: { source: { etag: 'e' }, codeDigest: 'old', fingerprint: 's' },
        codeDigest: 'code',
      },
    ]);
    expect(Object.keys(works[0]?.declared ?? {})).toEqual(['days']);
  });

  test('at a day that is not over waits, and runs nothing', async () => {
    const runner = stubRunner(() => expect.unreachable());
    expect(await attempted(raw({ date: '2018-08-01' }), { runner })).toEqual({
      kind: 'waiting',
      for: '2018-08-01 to be over (today is 2018-08-01)',
    });
  });

  test('has an id of 128 random bits', () => {
    const ids = Array.from({ length: 100 }, newAttemptId);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('inputs', () => {
  const made = (fingerprint: string): Partial<Manifest> & Pick<Manifest, 'task'> => ({
    ...statsMade,
    inputs: rawIds.map((task) => ({ input: 'days', task, version: 1, fingerprint })),
  });
  const runner = stubRunner(() => 'a');

  test('that were made from another fingerprint of what is pinned too supersede, by name', async () => {
    const target = await targetWith(...rawDays, made('older'), ratesMade);
    expect(await attempted(report(), { target, runner })).toEqual({
      kind: 'superseded',
      disagreeing: ['stats'],
    });
    expect(await target.currentVersion('report')).toBe(0);
  });

  test('that were made from another version of the same fingerprint agree', async () => {
    const target = await targetWith(
      { ...(rawDays[0] as (typeof rawDays)[0]), version: 1 },
      made('r'),
      ratesMade,
    );
    await publish(target, manifestOf({ task: rawIds[0], version: 2, fingerprint: 'r' }));
    expect((await attempted(report(), { target, runner })).kind).toBe('published');
  });

  test('that disagree with what is not pinned are none of its concern', async () => {
    const other = [{ input: 'days', task: rawIds[1], version: 1, fingerprint: 'older' }];
    const target = await targetWith(...rawDays, { ...statsMade, inputs: other }, ratesMade);
    expect((await attempted(report(), { target, runner })).kind).toBe('published');
  });

  test('of another project that disagree are waited for', async () => {
    const inputs = [{ input: 'stats', task: 'stats', version: 1, fingerprint: 'older' }];
    const target = await targetWith(...rawDays, statsMade, { ...ratesMade, inputs });
    expect(await attempted(report(), { target, runner })).toEqual({
      kind: 'waiting',
      for: 'rates, which another project made from an input that has changed since',
    });
  });

  test('of another project without a version are waited for, though there was one when the run was planned', async () => {
    const target = await targetWith(...rawDays, statsMade);
    expect(await attempted(report(), { target, runner })).toEqual({
      kind: 'waiting',
      for: 'rates, which another project publishes',
    });
  });

  test('without a version supersede, and are named: wrappers have none', async () => {
    const target = await targetWith(rawDays[0] as (typeof rawDays)[0], ratesMade);
    expect(await attempted(report(), { target, runner })).toEqual({
      kind: 'superseded',
      disagreeing: ['stats'],
    });
  });
});

describe('nothing is published', () => {
  test('when a control blocks: what is staged is kept to look at', async () => {
    const controls = [{ name: 'c', held: false, figures: {} }];
    const target = await targetWith(...rawDays);
    const runner = stubRunner(async (work) => {
      await work.stage.write('part.txt', (async function* () {})());
      return { kind: 'blocked', controls };
    });
    const id = '1'.repeat(32);
    expect(await attempted(stats(), { target, runner, id })).toEqual({
      kind: 'blocked',
      controls,
      stage: `memory:///stats/attempts/-/00000001-${id}/`,
    });
    expect(await target.currentVersion('stats')).toBe(0);
    const kept = [];
    for await (const each of target.attempts('stats')) kept.push(each.attempt);
    expect(kept).toEqual([`00000001-${id}`]);
  });

  const error = { code: 'job-failed', message: 'It failed.' } as const;
  const ends: readonly StubEnd[] = [
    { kind: 'failed', fault: 'task', error },
    { kind: 'failed', fault: 'infrastructure', error },
    { kind: 'crashed', error },
    { kind: 'timed-out' },
    { kind: 'cancelled' },
    { kind: 'waiting', for: 'the exchange' },
  ];
  test.each(ends)('when the runner ends with %j, and that is the end', async (end) => {
    const target = await targetWith(...rawDays);
    expect(await attempted(stats(), { target, runner: stubRunner(() => end) })).toEqual(end);
    expect(await target.currentVersion('stats')).toBe(0);
  });

  test('by an attempt that is older than 24 hours', async () => {
    for (const [ageMs, kind] of [
      [24 * 3_600_000, 'published'],
      [24 * 3_600_000 + 1, 'failed'],
    ] as const) {
      const target = await targetWith(...rawDays);
      let nowMs = startMs;
      const runner = stubRunner(() => {
        nowMs += ageMs;
        return 'a';
      });
      const end = await attempted(stats(), { target, runner, nowMs: () => nowMs });
      expect(end.kind).toBe(kind);
      if (kind === 'published') continue;
      expect(end).toMatchObject({ fault: 'infrastructure', error: { code: 'attempt-expired' } });
      expect(await target.currentVersion('stats')).toBe(0);
    }
  });

  test('when it is cancelled while the job runs, though that was done', async () => {
    for (const end of ['a', new Error('Stopped.')]) {
      const target = await targetWith(...rawDays);
      const abort = new AbortController();
      const runner = stubRunner(() => {
        abort.abort();
        if (end instanceof Error) throw end;
        return end;
      });
      expect(await attempted(stats(), { target, runner, signal: abort.signal })).toEqual({
        kind: 'cancelled',
      });
      expect(await target.currentVersion('stats')).toBe(0);
    }
  });

  test('when the runner gives no outcome, or that of another attempt: it crashed', async () => {
    const target = await targetWith(...rawDays);
    const strange: Runner = {
      name: 'strange',
      kinds: ['sql'],
      async *run() {
        yield { attempt: 'another', kind: 'timed-out' };
      },
    };
    expect(await attempted(stats(), { target, runner: strange })).toMatchObject({
      kind: 'crashed',
      error: { code: 'bug', message: 'The runner strange gave no outcome for stats.' },
    });
  });
});

describe('what is thrown', () => {
  test.each([
    [new DaybookError('target-failed', 'The disk is full.'), 'infrastructure', 'target-failed'],
    [new DaybookError('part-damaged', 'A part is cut.'), 'task', 'part-damaged'],
    [new TypeError('x is undefined'), 'task', 'bug'],
    ['a text', 'task', 'bug'],
  ])('by a runner is how the attempt failed: %s', async (thrown, fault, code) => {
    const target = await targetWith(...rawDays);
    const runner = stubRunner(() => {
      throw thrown;
    });
    expect(await attempted(stats(), { target, runner })).toMatchObject({
      kind: 'failed',
      fault,
      error: { code },
    });
  });

  test.each(['currentVersion', 'createManifest'] as const)(
    'by a target as it is asked for %s is the infrastructure at fault',
    async (method) => {
      const fail = async (): Promise<never> => {
        throw new DaybookError('target-failed', 'The disk is gone.');
      };
      const target = { ...(await targetWith(...rawDays)), [method]: fail };
      expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toMatchObject({
        kind: 'failed',
        fault: 'infrastructure',
        error: { code: 'target-failed', message: 'The disk is gone.' },
      });
    },
  );

  test('by a manifest that cannot be read names it', async () => {
    const target = await targetWith(...rawDays);
    await target.createManifest('stats', 1, new TextEncoder().encode('{'));
    expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toMatchObject({
      kind: 'failed',
      error: { code: 'manifest-invalid', message: expect.stringContaining('Version 1 of stats') },
    });
  });
});
