import { attemptToken } from '@daybook/core';
import { seededRandom } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { behindProxy } from './behind-proxy.ts';
import { allOf, chunksOf, digestIn, digestOf, manyBytes, partOf } from './bytes.ts';
import type { SeenRequest } from './fault-proxy.ts';
import { seededFaults } from './fault-proxy.ts';
import type { TestServer } from './on-servers.ts';
import { onServers } from './on-servers.ts';
import { moto } from './servers/server-kinds.ts';

const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));
const mebibyte = 1024 ** 2;
const large = manyBytes(20 * mebibyte + 7);

async function uploadsIn(server: TestServer, bucket: string): Promise<number> {
  const { Uploads = [] } = await server.client().listMultipartUploads({ Bucket: bucket });
  return Uploads.length;
}

const isPart =
  (number: number) =>
  ({ method, query }: SeenRequest): boolean =>
    method === 'PUT' && query.get('partNumber') === String(number);
const isCompletion = ({ method, query }: SeenRequest): boolean => method === 'POST' && query.has('uploadId');

onServers((server) => {
  describe('an upload', () => {
    test('of which a part is refused is aborted, and nothing of it stays', async () => {
      const refused = isPart(2);
      const { target, options, straight } = await behindProxy(server, (request) =>
        refused(request) ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined,
      );
      await expect(target.stage(task, token).write('large', chunksOf(large))).rejects.toMatchObject({
        code: 'target-refused',
        message: expect.stringContaining(`write ${target.stage(task, token).uri}large`),
      });
      expect(await uploadsIn(server, options.bucket)).toBe(0);
      expect(await allOf(straight.attempts('stats'))).toEqual([]);
    });

    test('is aborted when none of its parts is on its way any more, for one that came later would be kept', async () => {
      const underWay: number[] = [];
      const { target, proxy } = await behindProxy(server, (request) => {
        if (request.method === 'DELETE') underWay.push(proxy.underWay());
        return isPart(1)(request) ? { kind: 'delay', delayMs: 150 } : undefined;
      });
      const broken = async function* (): AsyncIterable<Uint8Array> {
        yield large;
        throw new RangeError('The source broke off.');
      };
      await expect(target.stage(task, token).write('large', broken())).rejects.toThrow(RangeError);
      expect(underWay).toEqual([1]);
    });

    test('whose completion is refused is aborted too', async () => {
      const { target, options, straight } = await behindProxy(server, (request) =>
        isCompletion(request) ? { kind: 'answer', status: 400, code: 'InvalidPart' } : undefined,
      );
      await expect(target.stage(task, token).write('large', chunksOf(large))).rejects.toMatchObject({
        code: 'target-refused',
      });
      expect(await uploadsIn(server, options.bucket)).toBe(0);
      expect(await allOf(straight.attempts('stats'))).toEqual([]);
    });

    test('whose source breaks off passes its error on, and is aborted', async () => {
      const { target, options } = await behindProxy(server, () => undefined);
      const broken = async function* (): AsyncIterable<Uint8Array> {
        yield large;
        throw new RangeError('The source broke off.');
      };
      await expect(target.stage(task, token).write('large', broken())).rejects.toThrow(
        new RangeError('The source broke off.'),
      );
      expect(await uploadsIn(server, options.bucket)).toBe(0);
    });

    test('that cannot be aborted either tells why it failed, is found as an attempt, and goes with it', async () => {
      const refused = isPart(2);
      const { target, options, straight } = await behindProxy(server, (request) =>
        refused(request) || (request.method === 'DELETE' && request.query.has('uploadId'))
          ? { kind: 'answer', status: 403, code: 'AccessDenied' }
          : undefined,
      );
      await expect(target.stage(task, token).write('large', chunksOf(large))).rejects.toMatchObject({
        code: 'target-refused',
      });
      expect(await uploadsIn(server, options.bucket)).toBe(1);
      const [left, ...others] = await allOf(straight.attempts('stats'));
      expect([left, others]).toEqual([{ task, attempt: token, newestMs: expect.any(Number) }, []]);
      // Of an upload moto tells a time in 2010, whenever it was begun.
      const ageMs = Date.now() - (left?.newestMs ?? 0);
      if (server.kind !== moto) expect(Math.abs(ageMs)).toBeLessThan(60_000);
      if (left !== undefined) await straight.remove(left);
      expect(await uploadsIn(server, options.bucket)).toBe(0);
      expect(await allOf(straight.attempts('stats'))).toEqual([]);
    });

    test('whose answers are lost is there all the same, and known by its tag', async () => {
      const lost = [isPart(1), isPart(3), isCompletion];
      const met = new Set<unknown>();
      const { target, options, straight } = await behindProxy(server, (request) => {
        const which = lost.find((each) => each(request));
        if (which === undefined || met.has(which)) return undefined;
        met.add(which);
        return { kind: 'lose-answer' };
      });
      const stage = target.stage(task, token);
      const file = await stage.write('large', chunksOf(large));
      expect(met.size).toBe(3);
      expect(await straight.stage(task, token).sync(['large'])).toEqual([file]);
      expect(await digestIn(straight.read(partOf(stage, file)))).toBe(digestOf(large));
      expect(await uploadsIn(server, options.bucket)).toBe(0);
    });

    test('that was completed by nobody is not taken for the object that was there before', async () => {
      const { target, straight } = await behindProxy(server, (request) =>
        isCompletion(request) ? { kind: 'answer', status: 404, code: 'NoSuchUpload' } : undefined,
      );
      await straight.stage(task, token).write('large', chunksOf(large));
      await expect(target.stage(task, token).write('large', chunksOf(large))).rejects.toMatchObject({
        code: 'target-refused',
        message: expect.stringContaining('NoSuchUpload'),
      });
    });

    test.each([1, 2, 3, 4])(
      'under faults of seed %i is whole or fails, and leaves nothing unfinished',
      async (seed) => {
        const { target, straight, options } = await behindProxy(server, seededFaults(seededRandom(seed), 5));
        const stage = target.stage(task, token);
        const size = 9 * mebibyte + seed * 1_000_003;
        const bytes = manyBytes(size, seed);
        const file = await stage.write('large', chunksOf(bytes.subarray(0, 70_001), bytes.subarray(70_001)));
        expect(await stage.sync(['large'])).toEqual([file]);
        expect(await digestIn(straight.read(partOf(stage, file)))).toBe(digestOf(bytes));
        expect(await digestIn(target.read(partOf(stage, file)))).toBe(digestOf(bytes));
        expect(await uploadsIn(server, options.bucket)).toBe(0);
      },
    );

    test('whose connection breaks because the store refuses is told why, and leaves nothing unfinished', async () => {
      const answer = { kind: 'answer', status: 403, code: 'AccessDenied' } as const;
      const { target, options, proxy } = await behindProxy(server, ({ method, query }) => {
        if (method === 'PUT') return { kind: 'reset' };
        return method === 'POST' && query.has('uploads') && refuses ? answer : undefined;
      });
      const write = async (): Promise<unknown> => target.stage(task, token).write('small', chunksOf('x'));
      let refuses = true;
      await expect(write()).rejects.toMatchObject({
        code: 'target-refused',
        message: expect.stringContaining('no permission'),
      });
      refuses = false;
      await expect(write()).rejects.toMatchObject({ code: 'target-failed' });
      expect(proxy.seen.filter(({ query }) => query.has('uploads'))).toHaveLength(2);
      expect(await uploadsIn(server, options.bucket)).toBe(0);
    });

    test('of half a piece is one request', async () => {
      const { target, seen, proxy } = await behindProxy(server, () => undefined);
      await target.stage(task, token).write('small', chunksOf(large.subarray(0, 4 * mebibyte)));
      expect(seen('PUT', '/small')).toHaveLength(1);
      expect(proxy.seen).toHaveLength(1);
    });

    test('sends every part with a checksum of its bytes', async () => {
      const { target, seen } = await behindProxy(server, () => undefined);
      await target.stage(task, token).write('large', chunksOf(large));
      const puts = seen('PUT', '/large');
      expect(puts).toHaveLength(3);
      for (const { headers } of puts) {
        expect(headers['x-amz-checksum-crc32']).toMatch(/^[A-Za-z0-9+/]{6}==$/);
        expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
      }
    });
  });

  test('a source is asked for no more than four pieces on their way and one that fills', async () => {
    const gate = Promise.withResolvers<undefined>();
    let mostAtOnce = 0;
    const { target, proxy } = await behindProxy(server, async ({ query }) => {
      mostAtOnce = Math.max(mostAtOnce, proxy.underWay());
      return query.has('partNumber') ? await gate.promise : undefined;
    });
    let given = 0;
    const chunk = manyBytes(mebibyte);
    const source = async function* (): AsyncIterable<Uint8Array> {
      for (; given < 100; given += 1) yield chunk;
    };
    const writing = target.stage(task, token).write('long', source());
    await expect.poll(() => proxy.underWay()).toBe(4);
    await expect.poll(() => given).toBe(5 * 8 - 1);
    gate.resolve(undefined);
    expect((await writing).bytes).toBe(100 * mebibyte);
    expect(mostAtOnce).toBe(4);
  });
});
