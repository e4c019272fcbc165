import { describe, expect, test } from 'vitest';
import { chainDigest, manifestBytes } from '../src/manifest.ts';
import { files } from '../src/schema.ts';
import type { Target } from '../src/target.ts';
import { defineTask } from '../src/task.ts';
import { memoryTargets } from '../src/testing/index.ts';
import {
  attempted,
  current,
  raw,
  rawDays,
  rawIds,
  staged,
  startMs,
  stats,
  statsMade,
  targetWith,
} from './attempt-fixture.ts';
import { manifestOf } from './manifest-fixture.ts';
import { fingerprintOf, stubRunner, textOf } from './stub-runner.ts';

/** The same target after all its parts were lost. */
function withoutParts(target: Target): Target {
  return {
    ...target,
    async *read(part) {
      yield* target.read({ ...part, bytes: part.bytes + 1 });
    },
  };
}

describe('the version published', () => {
  test('records where it came from', async () => {
    const target = await targetWith(...rawDays, { ...statsMade, codeDigest: 'old' });
    const id = '0'.repeat(32);
    let nowMs = startMs;
    const runner = stubRunner(() => {
      nowMs += 1500;
      return 'a';
    });
    const end = await attempted(stats(), { target, runner, id, nowMs: () => nowMs });
    const reason = { kind: 'code-changed' };
    expect(end).toEqual({ kind: 'published', version: 2, reason, rows: 1 });
    const part = `stats/attempts/-/00000002-${id}/part.txt`;
    expect(await current(target, 'stats')).toEqual({
      format: 1,
      task: 'stats',
      version: 2,
      previous: chainDigest(manifestBytes(manifestOf({ ...statsMade, codeDigest: 'old' }))),
      attempt: `00000002-${id}`,
      publishedAt: '2018-08-01T06:00:01.500Z',
      today: '2018-08-01',
      reason,
      codeDigest: 'code',
      output: { kind: 'table', columns: [['id', 'bigint']] },
      inputs: statsMade.inputs,
      parts: [{ path: part, bytes: 1, rows: 1, sha256: expect.stringMatching(/^ca978112/) }],
      rows: 1,
      fingerprint: fingerprintOf('a'),
      controls: [],
      runner: { name: 'stub' },
      durationMs: 1500,
    });
    expect(await textOf(target, (await current(target, 'stats'))?.parts[0])).toBe('a');
  });

  test('is the first of its chain where there was none', async () => {
    const target = await targetWith(...rawDays);
    expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toMatchObject({
      version: 1,
      reason: { kind: 'missing' },
    });
    expect(await current(target, 'stats')).toMatchObject({ version: 1, previous: null });
  });

  test('keeps the controls that held and the facts of its source', async () => {
    const controls = [{ name: 'unique-key(id)', held: true, figures: { rows: '1' } }];
    const target = memoryTargets();
    const runner = stubRunner(() => ({ ...staged('a'), controls, source: { unverified: true, etag: 'e' } }));
    expect(await attempted(raw({ date: '2018-07-24' }), { target, runner })).toMatchObject({
      kind: 'published',
      unverified: true,
    });
    expect(await current(target, rawIds[0])).toMatchObject({ controls, source: { etag: 'e' } });
  });

  test('names the old parts when it came out the same', async () => {
    const part = { path: 'old/part', bytes: 1, rows: 7, sha256: 'z' };
    const old = { ...statsMade, parts: [part], rows: 7, fingerprint: fingerprintOf('a'), codeDigest: 'old' };
    const target = await targetWith(...rawDays, old);
    expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toEqual({
      kind: 'unchanged',
      version: 2,
      reason: { kind: 'code-changed' },
      rows: 7,
    });
    expect(await current(target, 'stats')).toMatchObject({
      version: 2,
      codeDigest: 'code',
      parts: [part],
      rows: 7,
      fingerprint: old.fingerprint,
    });
  });

  test('names its own parts when the fingerprint is the same and the declaration is not', async () => {
    const old = {
      ...statsMade,
      parts: [{ path: 'old/part', bytes: 1, rows: 7, sha256: 'z' }],
      fingerprint: fingerprintOf('a'),
      codeDigest: 'old',
      output: { kind: 'table', columns: [['id', 'integer']] } as const,
    };
    const target = await targetWith(...rawDays, old);
    expect(await attempted(stats(), { target, runner: stubRunner(() => 'a') })).toMatchObject({
      kind: 'published',
    });
    expect((await current(target, 'stats'))?.parts[0]?.path).toMatch(/^stats\/attempts/);
  });

  test('names its own parts when it is forced and an old one is damaged; old ones that are whole stay', async () => {
    const wish = { seen: 1, forced: true };
    const codes: (string | undefined)[] = [];
    const runner = stubRunner((work) => {
      codes.push(work.current?.codeDigest);
      return 'a';
    });
    for (const damage of ['none', 'other bytes', 'fewer bytes']) {
      const target = memoryTargets();
      await attempted(raw({ date: '2018-07-24' }), { target, runner });
      const first = await current(target, rawIds[0]);
      const bytes = target.files().get(first?.parts[0]?.path ?? '') ?? new Uint8Array();
      expect(bytes).toHaveLength(1);
      if (damage === 'other bytes') bytes[0] = 0;
      const damaged = damage === 'fewer bytes' ? withoutParts(target) : target;
      const end = await attempted(raw({ date: '2018-07-24' }), { target: damaged, runner, wish });
      expect(end).toMatchObject({ kind: damage === 'none' ? 'unchanged' : 'published', version: 2 });
      const second = await current(target, rawIds[0]);
      expect(second?.fingerprint).toBe(first?.fingerprint);
      expect(second?.parts[0]?.path === first?.parts[0]?.path).toBe(damage === 'none');
    }
    // What is damaged may not come out as not modified either.
    expect(codes).toEqual([undefined, 'code', undefined, '', undefined, '']);
  });

  test('has changed when its fingerprint has, though it has no part now as before', async () => {
    const target = await targetWith(...rawDays, { ...statsMade, codeDigest: 'old' });
    const runner = stubRunner(() => ({ ...staged('b'), parts: [] }));
    expect(await attempted(stats(), { target, runner })).toMatchObject({ kind: 'published', version: 2 });
  });

  test('names the old parts when the source says that nothing was modified', async () => {
    const part = { path: 'old/part', bytes: 1, rows: 7, sha256: 'z' };
    const controls = [{ name: 'c', held: true, figures: {} }];
    const old = {
      task: rawIds[0],
      parts: [part],
      rows: 7,
      controls,
      today: '2018-07-25',
      source: { etag: '1' },
    };
    const target = await targetWith(old);
    const runner = stubRunner(() => ({
      kind: 'not-modified',
      source: { etag: '2' },
      runner: { name: 'stub' },
    }));
    const end = await attempted(raw({ date: '2018-07-24' }), { target, runner, wish: { seen: 1 } });
    const reason = { kind: 'refetch-due', fetchedOn: '2018-07-25' };
    expect(end).toEqual({ kind: 'unchanged', version: 2, reason, rows: 7 });
    expect(await current(target, rawIds[0])).toMatchObject({
      today: '2018-08-01',
      source: { etag: '2' },
      parts: [part],
      controls,
      fingerprint: 'fingerprint 1',
    });
  });

  test('is not one that the source calls not modified when there is none, or one that other code made', async () => {
    const runner = stubRunner(() => ({ kind: 'not-modified', source: null, runner: {} }));
    const old = { task: rawIds[0], codeDigest: 'old' };
    for (const target of [memoryTargets(), await targetWith(old)]) {
      const before = await target.currentVersion(rawIds[0]);
      const wish = { seen: 1, refetch: true };
      expect(await attempted(raw({ date: '2018-07-24' }), { target, runner, wish })).toMatchObject({
        kind: 'failed',
        fault: 'task',
        error: {
          code: 'job-failed',
          message: expect.stringContaining(`The fetch function of ${rawIds[0]} says "not modified"`),
        },
      });
      expect(await target.currentVersion(rawIds[0])).toBe(before);
    }
  });

  test('may be of files', async () => {
    const tsv = defineTask({
      name: 'tsv',
      output: files(),
      job: { kind: 'code', version: '1', run: async () => undefined },
    });
    const target = memoryTargets();
    expect((await attempted(tsv(), { target, runner: stubRunner(() => 'a') })).kind).toBe('published');
    expect(await current(target, 'tsv')).toMatchObject({ output: { kind: 'files' } });
  });
});
