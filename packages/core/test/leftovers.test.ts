import { describe, expect, test } from 'vitest';
import type { Leftover } from '../src/leftovers.ts';
import { expiredBefore, findLeftovers, removeLeftover } from '../src/leftovers.ts';
import type { Part } from '../src/manifest.ts';
import { manifestBytes } from '../src/manifest.ts';
import { publish } from '../src/publish.ts';
import type { Target } from '../src/target.ts';
import { attemptToken } from '../src/target.ts';
import type { MemoryTarget } from '../src/testing/index.ts';
import { memoryTargets, seededRandom } from '../src/testing/index.ts';
import { manifestOf } from './manifest-fixture.ts';

const dayMs = 24 * 3_600_000;
const task = 'stats/n=1';

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function staged(target: Target, id: string, version: number, letter: string): Promise<Part> {
  const stage = target.stage(id, attemptToken(version, letter.repeat(32)));
  await stage.write('part', bytesOf(letter));
  return { path: `${stage.path}part`, bytes: 1, rows: 1, sha256: letter };
}

async function published(
  target: Target,
  id: string,
  version: number,
  letter: string,
  parts: readonly Part[],
): Promise<void> {
  const attempt = attemptToken(version, letter.repeat(32));
  await publish(target, manifestOf({ task: id, version, attempt, parts }));
}

async function found(target: Target, names: readonly string[], expiredBeforeMs?: number) {
  const leftovers: Leftover[] = [];
  const unreadable: string[] = [];
  const options = expiredBeforeMs === undefined ? {} : { expiredBeforeMs };
  for await (const finding of findLeftovers(target, names, options)) {
    if (finding.kind === 'leftover') leftovers.push(finding.leftover);
    else unreadable.push(finding.unreadable.why);
  }
  const told = leftovers.map(({ task: id, attempt, fate }) => `${id} ${attempt.slice(7, 10)} ${fate}`);
  return { leftovers, told, unreadable };
}

async function removeAll(target: Target, names: readonly string[]): Promise<void> {
  for (const leftover of (await found(target, names)).leftovers) await removeLeftover(target, leftover);
}

function files(target: MemoryTarget, kind: string): readonly string[] {
  return [...target.files().keys()].filter((path) => path.includes(`/${kind}/`));
}

test('finds what no version is made of, in order, with its size', async () => {
  const target = memoryTargets();
  const first = await staged(target, task, 1, 'a');
  await published(target, task, 1, 'a', [first]);
  await staged(target, task, 1, 'b');
  await staged(target, task, 2, 'c');
  await published(target, task, 2, 'c', [first]);
  await staged(target, task, 3, 'd');
  await staged(target, 'stats/n=2', 1, 'e');
  const { told, leftovers } = await found(target, ['stats']);
  expect(told).toEqual([
    'stats/n=1 1-b dead',
    'stats/n=1 2-c dead',
    'stats/n=1 3-d open',
    'stats/n=2 1-e open',
  ]);
  expect(leftovers[0]).toMatchObject({ bytes: 1, newestMs: 0 });
  await removeAll(target, ['stats']);
  expect(files(target, 'attempts').map((path) => path.slice(-38))).toEqual(
    ['a', 'd', 'e'].map((letter) => `-${letter.repeat(32)}/part`),
  );
});

test('what was written too long ago expires, and stays when its version has come meanwhile', async () => {
  let nowMs = 0;
  const target = memoryTargets({ nowMs: () => nowMs });
  const part = await staged(target, task, 1, 'a');
  nowMs = 3 * dayMs;
  await staged(target, task, 1, 'b');
  const { told, leftovers } = await found(target, ['stats'], expiredBefore(2, nowMs));
  expect(told).toEqual(['stats/n=1 1-a expired', 'stats/n=1 1-b open']);
  const [expired, open] = leftovers as [Leftover, Leftover];
  expect(await removeLeftover(target, open)).toBe(false);
  await published(target, task, 1, 'a', [part]);
  expect(await removeLeftover(target, expired)).toBe(false);
  expect(files(target, 'attempts')).toHaveLength(2);
});

test('an expired attempt goes', async () => {
  const target = memoryTargets();
  await staged(target, task, 1, 'a');
  const { leftovers } = await found(target, ['stats'], 1);
  expect(await removeLeftover(target, leftovers[0] as Leftover)).toBe(true);
  expect(files(target, 'attempts')).toEqual([]);
});

test.each([1, 1.9, 0, -3, Number.NaN])('an age of %d days is refused', (days) => {
  expect(() => expiredBefore(days, 0)).toThrow('give 2 days or more');
});

describe('where a manifest that may name an attempt cannot be read, all attempts at its task stay', () => {
  const broken = {
    missing: async (target: Target) => {
      await target.createManifest(task, 2, manifestBytes(manifestOf({ task, version: 2 })));
    },
    unreadable: async (target: Target) => {
      await target.createManifest(task, 1, new TextEncoder().encode('{'));
    },
  };
  test.each(Object.entries(broken))('%s', async (_kind, breakIt) => {
    const target = memoryTargets();
    await breakIt(target);
    await staged(target, task, 1, 'a');
    const part = await staged(target, 'stats/n=2', 1, 'a');
    await published(target, 'stats/n=2', 1, 'a', [part]);
    await staged(target, 'stats/n=2', 1, 'b');
    const { told, unreadable } = await found(target, ['stats']);
    expect(told).toEqual(['stats/n=2 1-b dead']);
    expect(unreadable).toEqual([expect.stringContaining('ersion 1 of stats/n=1')]);
  });
});

/** A target that does something of somebody else's before each of its answers. */
function interrupted(target: MemoryTarget, between: () => Promise<void>): Target {
  const during = async function* <T>(items: AsyncIterable<T>): AsyncIterable<T> {
    await between();
    for await (const item of items) {
      await between();
      yield item;
    }
    await between();
  };
  return {
    ...target,
    currentVersions: (under) => during(target.currentVersions(under)),
    attempts: (under) => during(target.attempts(under)),
    currentVersion: async (id) => {
      await between();
      return await target.currentVersion(id);
    },
    readManifest: async (id, version) => {
      await between();
      const bytes = await target.readManifest(id, version);
      await between();
      return bytes;
    },
    remove: async (attempt) => {
      await between();
      await target.remove(attempt);
    },
  };
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'whatever is staged and published meanwhile, every part that a version names stays (seed %d)',
  async (seed) => {
    const random = seededRandom(seed);
    const target = memoryTargets();
    const ids = ['stats/n=1', 'stats/n=2'];
    const newest = new Map<string, { version: number; parts: readonly Part[] }>();
    const open: { id: string; version: number; letter: string; part: Part }[] = [];
    let steps = 0;
    const step = async (): Promise<void> => {
      if (steps >= 60) return;
      steps += 1;
      const id = random.pick(ids);
      const { version, parts } = newest.get(id) ?? { version: 0, parts: [] };
      if (open.length === 0 || random.oneIn(2)) {
        const letter = steps.toString(16).padStart(2, '0').repeat(16);
        const stage = target.stage(id, attemptToken(version + 1, letter));
        await stage.write('part', bytesOf('x'));
        open.push({
          id,
          version: version + 1,
          letter,
          part: { path: `${stage.path}part`, bytes: 1, rows: 1, sha256: 'x' },
        });
        return;
      }
      const [made] = open.splice(random.below(open.length), 1);
      if (made === undefined) return;
      const same = parts.length > 0 && made.id === id && random.oneIn(3);
      const named = same ? parts : [made.part];
      const attempt = attemptToken(made.version, made.letter);
      const manifest = manifestOf({ task: made.id, version: made.version, attempt, parts: named });
      if ((await publish(target, manifest)) === 'published')
        newest.set(made.id, { version: made.version, parts: named });
    };
    for (let count = 0; count < 8; count += 1) await step();
    const busy = interrupted(target, step);
    for (let count = 0; count < 3; count += 1) await removeAll(busy, ['stats']);
    for (const [id, { version }] of newest) {
      for (let number = 1; number <= version; number += 1) {
        const bytes = await target.readManifest(id, number);
        const { parts } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly parts: readonly Part[] };
        for (const { path } of parts) expect(target.files().has(path), path).toBe(true);
      }
    }
    await removeAll(target, ['stats']);
    const { told } = await found(target, ['stats']);
    expect(told.filter((each) => !each.endsWith('open'))).toEqual([]);
  },
);
