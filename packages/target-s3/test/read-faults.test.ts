import { attemptToken } from '@daybook/core';
import type { Part, Target } from '@daybook/core';
import { seededRandom } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { openBucket } from '../src/bucket.ts';
import { readPart } from '../src/read-part.ts';
import { checkedOptions } from '../src/s3-options.ts';
import { behindProxy } from './behind-proxy.ts';
import { allOf, bytesOf, chunksOf, digestIn, digestOf, manyBytes, partOf, textOf } from './bytes.ts';
import { seededFaults } from './fault-proxy.ts';
import { onServers } from './on-servers.ts';

const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));
const mebibyte = 1024 ** 2;
const large = manyBytes(20 * mebibyte + 7);

async function staged(target: Target, bytes: Uint8Array): Promise<Part> {
  const stage = target.stage(task, token);
  return partOf(stage, await stage.write('part', chunksOf(bytes)));
}

onServers((server) => {
  describe('a read', () => {
    test('whose connection breaks goes on from there, on the condition that the object is the same', async () => {
      const { target, straight, seen } = await behindProxy(server, ({ method }, nth) =>
        method === 'GET' && nth <= 2 ? { kind: 'cut-body', afterBytes: 3_000_000 } : undefined,
      );
      const part = await staged(straight, large);
      expect(await digestIn(target.read(part))).toBe(digestOf(large));
      const gets = seen('GET', '/part');
      expect(new Set(gets.map(({ headers }) => headers['if-match']))).toEqual(new Set([part.tag]));
      const starts = gets.map(({ headers }) => Number(/bytes=(\d+)-/.exec(headers['range'] ?? '')?.[1]));
      expect(starts.toSorted((a, b) => a - b)).toEqual([
        0,
        3_000_000,
        8 * mebibyte,
        8 * mebibyte + 3_000_000,
        16 * mebibyte,
      ]);
    });

    test('does not put two objects together when the part is written anew in the middle', async () => {
      const rewritten: { by?: () => Promise<unknown> } = {};
      const { target, straight, seen } = await behindProxy(server, async ({ method }, nth) => {
        if (method === 'GET' && nth === 1) return { kind: 'cut-body', afterBytes: 1_000_000 };
        if (method === 'GET') await rewritten.by?.();
        return undefined;
      });
      const part = await staged(straight, large.subarray(0, 4 * mebibyte));
      rewritten.by = async () => staged(straight, manyBytes(4 * mebibyte, 9));
      await expect(allOf(target.read(part))).rejects.toMatchObject({
        code: 'part-damaged',
        message: expect.stringContaining('was written anew'),
      });
      expect(seen('GET', '/part')).toHaveLength(2);
    });

    test('of a part without a tag holds its pieces to one object all the same', async () => {
      const { target, straight, seen } = await behindProxy(server, () => undefined);
      const { tag, ...part } = await staged(straight, large);
      expect(await digestIn(target.read(part))).toBe(digestOf(large));
      expect(new Set(seen('GET', '/part').map(({ headers }) => headers['if-match']))).toEqual(new Set([tag]));
    });

    test('whose connection is silent in the middle goes on with another', async () => {
      const { straight, options } = await behindProxy(server, ({ method }, nth) =>
        method === 'GET' && nth === 1 ? { kind: 'stall-body', afterBytes: 1_000_000 } : undefined,
      );
      const part = await staged(straight, large.subarray(0, 4 * mebibyte));
      const bucket = openBucket(checkedOptions(options), {
        connectionMs: 500,
        answerMs: 500,
        silenceMs: 300,
      });
      expect(await digestIn(readPart(bucket, part, undefined))).toBe(
        digestOf(large.subarray(0, 4 * mebibyte)),
      );
    });

    test('that is never answered ends, and says so', async () => {
      const { straight, options } = await behindProxy(server, ({ method }) =>
        method === 'GET' ? { kind: 'silence' } : undefined,
      );
      const part = await staged(straight, bytesOf('x'));
      const bucket = openBucket(checkedOptions(options), {
        connectionMs: 100,
        answerMs: 100,
        silenceMs: 5000,
      });
      await expect(textOf(readPart(bucket, part, undefined))).rejects.toMatchObject({
        code: 'target-failed',
        message: expect.stringMatching(/it gave no answer in time \(TimeoutError\)\. Run again later\.$/),
      });
    });

    test('that is given up ends those of its requests that are under way', async () => {
      const { target, straight, proxy } = await behindProxy(server, ({ method, headers }) =>
        method === 'GET' && headers['range']?.startsWith('bytes=0-') === false
          ? { kind: 'silence' }
          : undefined,
      );
      const part = await staged(straight, large);
      for await (const chunk of target.read(part, [
        { start: 0, length: 1 },
        { start: 1, length: 9 },
      ])) {
        expect(chunk).toEqual(large.slice(0, 1));
        break;
      }
      await expect.poll(() => proxy.underWay()).toBe(0);
      expect(proxy.seen).toHaveLength(2);
    });

    test('of ranges asks for those and for no more bytes', async () => {
      const { target, straight, seen } = await behindProxy(server, () => undefined);
      const part = await staged(straight, large);
      const ranges = [
        { start: 15 * mebibyte, length: 3 },
        { start: 0, length: 2 },
        { start: large.length - 1, length: 100 },
      ];
      const [first, second, third] = await allOf(target.read(part, ranges));
      expect([first, second, third]).toEqual(
        ranges.map(({ start, length }) => large.slice(start, start + length)),
      );
      expect(seen('GET', '/part').map(({ headers }) => headers['range'])).toEqual([
        `bytes=${15 * mebibyte}-${15 * mebibyte + 2}`,
        'bytes=0-1',
        `bytes=${large.length - 1}-${large.length - 1}`,
      ]);
    });

    test.each([1, 2, 3, 4])('under faults of seed %i gives the bytes as they are', async (seed) => {
      const random = seededRandom(seed);
      const { target, straight } = await behindProxy(server, seededFaults(random, 3));
      const part = await staged(straight, large);
      const ranges = Array.from({ length: 12 }, () => {
        const start = random.below(large.length);
        return { start, length: random.below(2 * mebibyte) };
      });
      const expected = ranges.map(({ start, length }) => large.subarray(start, start + length));
      expect(await digestIn(target.read(part, ranges))).toBe(digestOf(Buffer.concat(expected)));
    });
  });

  test('a manifest whose answer breaks off is read anew', async () => {
    const { target, straight } = await behindProxy(server, ({ method }, nth) =>
      method === 'GET' && nth <= 2 ? { kind: 'cut-body', afterBytes: 10 } : undefined,
    );
    const bytes = manyBytes(300_000);
    await straight.createManifest(task, 1, bytes);
    expect(digestOf(await target.readManifest(task, 1))).toBe(digestOf(bytes));
  });

  test.each([1, 2, 3])('listings under faults of seed %i are whole', async (seed) => {
    const { target, straight } = await behindProxy(server, seededFaults(seededRandom(seed), 3));
    for (const version of [1, 2]) await straight.createManifest(task, version, bytesOf('x'));
    await staged(straight, bytesOf('x'));
    for (let time = 0; time < 5; time += 1) {
      expect(await allOf(target.taskNames())).toEqual(['stats']);
      expect(await allOf(target.currentVersions('stats'))).toEqual([{ task, version: 2 }]);
      expect(await target.currentVersion(task)).toBe(2);
      expect((await allOf(target.attempts('stats'))).map(({ attempt }) => attempt)).toEqual([token]);
    }
  });
});
