import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Target } from '@daybook/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';
import { allOf } from './bytes.ts';
import { onServers } from './on-servers.ts';

const task = 'stats/date=2018-07-24';
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function publisher(options: S3TargetsOptions, way: 'race' | 'on-and-on' | 'once'): ChildProcess {
  const words = [JSON.stringify(options), task, way];
  const child = fork(fileURLToPath(new URL('publisher.ts', import.meta.url)), words, {
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

onServers((server) => {
  describe('eight processes at once', () => {
    test('create each version exactly once, and the one that did is the one that is read', async () => {
      const options = await server.newBucket();
      const target = s3Targets(options);
      const racers = Array.from({ length: 8 }, () => publisher(options, 'race'));
      await Promise.all(racers.map(async (racer) => await once(racer, 'message')));
      for (let version = 1; version <= 15; version += 1) {
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
    });
  });

  describe('a process', () => {
    test('that is killed at any moment leaves whole versions only, and what else it leaves can be removed', async () => {
      const options = await server.newBucket();
      const target = s3Targets(options);
      let before = 0;
      for (const delayMs of [0, 30, 70, 150]) {
        const child = publisher(options, 'on-and-on');
        await once(child, 'message');
        await wait(delayMs);
        child.kill('SIGKILL');
        await once(child, 'exit');
        const current = await target.currentVersion(task);
        expect(current).toBeGreaterThan(before);
        for (let version = before + 1; version <= current; version += 1)
          expect(await contentOf(target, version)).toMatchObject({ version, end: true });
        before = current;
      }
      for (const attempt of await allOf(target.attempts('stats'))) await target.remove(attempt);
      expect(await allOf(target.attempts('stats'))).toEqual([]);
      const { Uploads = [] } = await server.client().listMultipartUploads({ Bucket: options.bucket });
      expect(Uploads).toEqual([]);
    });

    test('that has used a bucket ends by itself when it is done', async () => {
      const child = publisher(await server.newBucket(), 'once');
      const untilMs = performance.now() + 10_000;
      child.disconnect();
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(performance.now()).toBeLessThan(untilMs);
    });
  });
});
