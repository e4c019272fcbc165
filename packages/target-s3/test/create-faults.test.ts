import { seededRandom } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { bytesOf } from './bytes.ts';
import type { Fault } from './fault-proxy.ts';
import { seededFaults } from './fault-proxy.ts';
import { onServers } from './on-servers.ts';

const task = 'stats/date=2018-07-24';
const manifest = '/00000001.json';

onServers((server) => {
  describe('a create', () => {
    test('whose answer is lost is told that the version exists, and it is its own', async () => {
      const { target, straight, seen } = await behindProxy(server, ({ method, path }, nth) =>
        method === 'PUT' && path.endsWith(manifest) && nth === 1 ? { kind: 'lose-answer' } : undefined,
      );
      expect(await target.createManifest(task, 1, bytesOf('mine'))).toBe('exists');
      expect(await straight.readManifest(task, 1)).toEqual(bytesOf('mine'));
      const puts = seen('PUT', manifest);
      expect(puts.map(({ headers }) => headers['if-none-match'])).toEqual(['*', '*']);
    });

    test('whose answer is lost does not replace what another created meanwhile', async () => {
      const { target, straight, seen } = await behindProxy(server, ({ method, path }, nth) =>
        method === 'PUT' && path.endsWith(manifest) && nth === 1 ? { kind: 'reset' } : undefined,
      );
      expect(await straight.createManifest(task, 1, bytesOf('theirs'))).toBe('created');
      expect(await target.createManifest(task, 1, bytesOf('mine'))).toBe('exists');
      expect(await straight.readManifest(task, 1)).toEqual(bytesOf('theirs'));
      expect(seen('PUT', manifest)).toHaveLength(2);
    });

    test.each<Fault>([
      { kind: 'reset' },
      { kind: 'answer', status: 409, code: 'ConditionalRequestConflict' },
      { kind: 'answer', status: 503, code: 'SlowDown' },
      { kind: 'answer', status: 500, code: 'InternalError' },
      { kind: 'answer', status: 403, code: 'RequestTimeTooSkewed' },
    ])('that the server never saw is sent again, with its condition: %o', async (fault) => {
      const { target, straight, seen } = await behindProxy(server, ({ method, path }, nth) =>
        method === 'PUT' && path.endsWith(manifest) && nth === 1 ? fault : undefined,
      );
      expect(await target.createManifest(task, 1, bytesOf('mine'))).toBe('created');
      expect(await straight.readManifest(task, 1)).toEqual(bytesOf('mine'));
      expect(seen('PUT', manifest).map(({ headers }) => headers['if-none-match'])).toEqual(['*', '*']);
    });

    test('that is refused for good is not sent again', async () => {
      const { target, seen } = await behindProxy(server, ({ path }) =>
        path.endsWith(manifest) ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined,
      );
      await expect(target.createManifest(task, 1, bytesOf('mine'))).rejects.toMatchObject({
        code: 'target-refused',
        message: expect.stringContaining(`publish version 1 of ${task} in ${target.name}`),
      });
      expect(seen('PUT', manifest)).toHaveLength(1);
    });

    test('that never goes through is given up, and was never sent without its condition', async () => {
      const { target, straight, seen } = await behindProxy(server, ({ path }) =>
        path.endsWith(manifest) ? { kind: 'answer', status: 503, code: 'SlowDown' } : undefined,
      );
      await expect(target.createManifest(task, 1, bytesOf('mine'))).rejects.toMatchObject({
        code: 'target-failed',
        message: expect.stringMatching(/SlowDown, HTTP 503\)\. Run again later/),
      });
      expect(await straight.currentVersion(task)).toBe(0);
      expect(new Set(seen('PUT', manifest).map(({ headers }) => headers['if-none-match']))).toEqual(
        new Set(['*']),
      );
    });

    test.each([1, 2, 3, 4, 5, 6])(
      'by eight at once under faults of seed %i makes one version',
      async (seed) => {
        const random = seededRandom(seed);
        const { straight, options } = await behindProxy(server, seededFaults(random, 4));
        for (const version of [1, 2, 3]) {
          const answers = await Promise.all(
            Array.from({ length: 8 }, async (_, racer) => {
              const mine = `version ${version} by ${racer}`;
              return { mine, answer: await s3Targets(options).createManifest(task, version, bytesOf(mine)) };
            }),
          );
          const there = new TextDecoder().decode(await straight.readManifest(task, version));
          expect(answers.map(({ mine }) => mine)).toContain(there);
          // The winner's own answer may have been lost; nobody else may be told that he created it.
          const created = answers.filter(({ answer }) => answer === 'created').map(({ mine }) => mine);
          expect([[], [there]]).toContainEqual(created);
          expect(await straight.currentVersion(task)).toBe(version);
        }
      },
    );
  });

  describe('before the first create', () => {
    const marker = '/.daybook/conditional-writes';

    test('the store is proven by one request, where it was before', async () => {
      const { target, options, straight, seen } = await behindProxy(server, () => undefined);
      await target.createManifest(task, 1, bytesOf('1'));
      await target.createManifest(task, 2, bytesOf('2'));
      expect(seen('PUT', marker)).toHaveLength(2);
      await s3Targets(options).createManifest(task, 3, bytesOf('3'));
      expect(seen('PUT', marker)).toHaveLength(3);
      expect(await straight.currentVersion(task)).toBe(3);
    });

    test('the marker is neither a task nor an attempt', async () => {
      const { target } = await behindProxy(server, () => undefined);
      await target.createManifest(task, 1, bytesOf('1'));
      const names: string[] = [];
      for await (const name of target.taskNames()) names.push(name);
      expect(names).toEqual(['stats']);
    });

    test('a store that ignores the condition is not used, nor by those who ask again', async () => {
      const { target, seen } = await behindProxy(server, ({ method }) =>
        method === 'PUT' ? { kind: 'answer', status: 200, code: 'None' } : undefined,
      );
      for (let time = 1; time <= 2; time += 1)
        await expect(target.createManifest(task, 1, bytesOf('1'))).rejects.toMatchObject({
          code: 'target-refused',
          message: expect.stringMatching(/ignores If-None-Match.*Use a store that keeps conditional writes/),
        });
      expect(seen('PUT', manifest)).toEqual([]);
    });

    test('an answer to the proof that is lost is no proof that the store is bad', async () => {
      const { target } = await behindProxy(server, ({ path }, nth) =>
        path.endsWith(marker) && nth <= 2 ? { kind: 'lose-answer' } : undefined,
      );
      expect(await target.createManifest(task, 1, bytesOf('1'))).toBe('created');
    });
  });
});
