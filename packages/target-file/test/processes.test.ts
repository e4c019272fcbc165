import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Target } from '@daybook/core';
import { afterEach, describe, expect, test } from 'vitest';
import { fileTargets } from '../src/index.ts';
import { allOf, bytesOf, temporaryFolders, treeOf } from './folders.ts';

const newFolder = temporaryFolders();
const task = 'stats/date=2018-07-24';
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function publisher(root: string, way: 'race' | 'on-and-on' | 'before-link' | 'after-link'): ChildProcess {
  const child = fork(fileURLToPath(new URL('publisher.ts', import.meta.url)), [root, task, way], {
    execArgv: ['--conditions=daybook-source'],
  });
  children.push(child);
  return child;
}

interface Content {
  readonly version: number;
  readonly by: number;
  readonly end: boolean;
}

async function contentOf(target: Target, version: number): Promise<Content> {
  return JSON.parse(new TextDecoder().decode(await target.readManifest(task, version))) as Content;
}

describe('eight processes at once', () => {
  test('create each version exactly once, and the one that did is the one that is read', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    const racers = Array.from({ length: 8 }, () => publisher(root, 'race'));
    await Promise.all(racers.map(async (racer) => await once(racer, 'message')));
    for (let version = 1; version <= 25; version += 1) {
      const atMs = Date.now() + 10;
      const answers = await Promise.all(
        racers.map(async (racer) => {
          const answered = once(racer, 'message');
          racer.send({ version, atMs });
          const [{ answer }] = (await answered) as [{ answer: string }];
          return { by: racer.pid, answer };
        }),
      );
      const winners = answers.filter(({ answer }) => answer === 'created');
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ answer }) => answer === 'exists')).toHaveLength(7);
      expect(await contentOf(target, version)).toMatchObject({ version, by: winners[0]?.by, end: true });
      expect(await target.currentVersion(task)).toBe(version);
    }
    expect(await allOf(target.attempts('stats'))).toEqual([]);
    expect(treeOf(root).filter((path) => path.endsWith('.json'))).toHaveLength(25);
  });
});

describe('a process that is killed', () => {
  test('before the name is given leaves no version, and what it leaves goes as an attempt', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    const [, signal] = (await once(publisher(root, 'before-link'), 'exit')) as [unknown, string];
    expect(signal).toBe('SIGKILL');
    expect(await target.currentVersion(task)).toBe(0);
    expect(await allOf(target.currentVersions('stats'))).toEqual([]);
    expect(await target.readManifest(task, 1)).toBeUndefined();
    const left = await allOf(target.attempts('stats'));
    expect(left).toEqual([
      {
        task,
        attempt: expect.stringMatching(/^00000001-[0-9a-f]{32}$/),
        newestMs: expect.any(Number),
        bytes: expect.any(Number),
      },
    ]);
    expect(await target.createManifest(task, 1, bytesOf('next'))).toBe('created');
    for (const attempt of left) await target.remove(attempt);
    expect(await allOf(target.attempts('stats'))).toEqual([]);
    expect(new TextDecoder().decode(await target.readManifest(task, 1))).toBe('next');
  });

  test('after the name is given leaves the version whole, and what else it leaves can be removed', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    await once(publisher(root, 'after-link'), 'exit');
    expect(await target.createManifest(task, 1, bytesOf('next'))).toBe('exists');
    for (const attempt of await allOf(target.attempts('stats'))) await target.remove(attempt);
    expect(await contentOf(target, 1)).toMatchObject({ version: 1, end: true });
  });

  test('at any moment leaves whole versions only, without a gap', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    let before = 0;
    for (const delayMs of [0, 1, 3, 7, 12, 20]) {
      const child = publisher(root, 'on-and-on');
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const current = await target.currentVersion(task);
      expect(current).toBeGreaterThan(before);
      for (let version = before + 1; version <= current; version += 1)
        expect(await contentOf(target, version)).toMatchObject({ version, end: true });
      before = current;
    }
  });
});
