import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/digest.ts';
import type { Manifest } from '../src/manifest.ts';
import { chainDigest, manifestBytes, parseManifest } from '../src/manifest.ts';
import { inParallel, manifestStore } from '../src/manifest-store.ts';
import { publish } from '../src/publish.ts';
import { memoryTargets } from '../src/testing/index.ts';
import { manifestOf } from './manifest-fixture.ts';
import { thrownBy } from './text-table.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const manifest = manifestOf({ task: 'a/date=2018-07-24', version: 3 });

describe('a manifest', () => {
  test('is JSON that a person can read, and reads back as it was', () => {
    const bytes = manifestBytes(manifest);
    const text = new TextDecoder().decode(bytes);
    expect(text.startsWith('{\n "format": 1,\n "task": "a/date=2018-07-24",\n "version": 3,\n')).toBe(true);
    expect(text.endsWith('\n}\n')).toBe(true);
    expect(parseManifest(bytes, 'a/date=2018-07-24', 3)).toEqual(manifest);
    expect(chainDigest(bytes)).toBe(sha256(text));
  });

  test('may have what a newer Daybook adds to its format', () => {
    const more = bytesOf(JSON.stringify({ ...manifest, more: 1 }));
    expect(parseManifest(more, manifest.task, 3)).toMatchObject({ more: 1 });
  });

  const { parts: _parts, ...withoutParts } = manifest;
  const { inputs: _inputs, ...withoutInputs } = manifest;
  const { fingerprint: _fingerprint, ...withoutFingerprint } = manifest;
  const json = JSON.stringify;
  const refusals: readonly (readonly [string, string])[] = [
    ['', 'it is not JSON'],
    [json(manifest).slice(0, -20), 'it is not JSON'],
    ['null', 'it is not an object'],
    ['"manifest"', 'it is not an object'],
    ['[]', 'its format is undefined and this Daybook knows format 1; use a newer one'],
    [json({ ...manifest, format: 2 }), 'its format is 2 and this Daybook knows format 1; use a newer one'],
    [json({ ...manifest, version: 2 }), 'it says that it is version 2 of a/date=2018-07-24'],
    [json({ ...manifest, task: 'b' }), 'it says that it is version 3 of b'],
    [json(withoutParts), 'it has no parts, inputs or fingerprint'],
    [json(withoutInputs), 'it has no parts, inputs or fingerprint'],
    [json(withoutFingerprint), 'it has no parts, inputs or fingerprint'],
    [json({ ...manifest, parts: {} }), 'it has no parts, inputs or fingerprint'],
  ];
  test.each(refusals)('that reads %j is refused: %s', (text, why) => {
    expect(thrownBy(() => parseManifest(bytesOf(text), manifest.task, 3))).toBe(
      `manifest-invalid: Version 3 of a/date=2018-07-24 cannot be read: ${why}. Restore its manifest from a backup; Daybook never changes one.`,
    );
  });
});

describe('publishing', () => {
  const first = manifestOf({ task: 'a', version: 1, attempt: '00000001-aa' });

  test('creates the version, once', async () => {
    const target = memoryTargets();
    expect(await publish(target, first)).toBe('published');
    expect(await publish(target, { ...first, attempt: '00000001-bb' })).toBe('superseded');
    expect((await manifestStore(target).current('a'))?.manifest.attempt).toBe('00000001-aa');
  });

  test('knows its own attempt again when the answer to the create was lost', async () => {
    const target = memoryTargets();
    const answersLost = {
      ...target,
      createManifest: async (task: string, version: number, bytes: Uint8Array) => {
        await target.createManifest(task, version, bytes);
        return await target.createManifest(task, version, bytes);
      },
    };
    expect(await publish(answersLost, first)).toBe('published');
    expect(await publish(answersLost, { ...first, attempt: '00000001-bb' })).toBe('superseded');
  });

  test('tells of a manifest in its place that cannot be read', async () => {
    const target = memoryTargets();
    await target.createManifest('a', 1, bytesOf('{'));
    await expect(publish(target, first)).rejects.toMatchObject({ code: 'manifest-invalid' });
  });
});

describe('the store of manifests', () => {
  test('reads a manifest once and asks for versions anew', async () => {
    const memory = memoryTargets();
    const reads: string[] = [];
    const target = {
      ...memory,
      readManifest: async (task: string, version: number) => {
        reads.push(`${task} ${version}`);
        return await memory.readManifest(task, version);
      },
    };
    const store = manifestStore(target);
    expect(await store.current('a')).toBeUndefined();
    for (const version of [1, 2]) {
      await publish(memory, manifestOf({ task: 'a', version }));
      for (let time = 0; time < 3; time += 1)
        expect((await store.current('a'))?.manifest.version).toBe(version);
    }
    expect(reads).toEqual(['a 1', 'a 2']);
  });

  test('does not read back what it was given to keep, and gives it as a reader would find it', async () => {
    const memory = memoryTargets();
    await publish(memory, manifest);
    const found = await manifestStore(memory).read(manifest.task, 3);
    const store = manifestStore({ ...memory, readManifest: async () => undefined });
    store.keep(manifest);
    expect(await store.current(manifest.task)).toEqual(found);
  });

  test('gives the digest by which the next version names this one', async () => {
    const target = memoryTargets();
    await publish(target, manifest);
    expect((await manifestStore(target).read(manifest.task, 3)).digest).toBe(
      chainDigest(manifestBytes(manifest)),
    );
  });

  test('finds the current versions of many tasks, those wanted only', async () => {
    const target = memoryTargets();
    const published: readonly (readonly [string, number])[] = [
      ['a/x=1', 1],
      ['a/x=1', 2],
      ['a/x=2', 1],
      ['a/x=3', 1],
      ['b', 7],
      ['c', 1],
    ];
    for (const [task, version] of published) await publish(target, manifestOf({ task, version }));
    const found = await manifestStore(target).currentOf(['a', 'b', 'none'], (task) => task !== 'a/x=3');
    expect(
      [...found].map(([task, { version }]: readonly [string, Manifest]) => `${task} ${version}`).sort(),
    ).toEqual(['a/x=1 2', 'a/x=2 1', 'b 7']);
  });
});

test('work in parallel is each item once, and no more at a time than allowed', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inParallel(
    Array.from({ length: 20 }, (_, index) => index),
    3,
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done.push(item);
    },
  );
  expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(3);
  await inParallel([], 3, async () => expect.unreachable());
});
