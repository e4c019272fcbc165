import { attemptToken } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { allOf, bytesOf, chunksOf, manyBytes, partOf, textOf } from './bytes.ts';
import { onServers } from './on-servers.ts';
import { versitygw } from './servers/server-kinds.ts';

const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));

onServers((server) => {
  describe('a store that says "forbidden" of what is not there', () => {
    test('is asked by a listing, and what is there and forbidden is told as that', async () => {
      let forbidden = false;
      const { target, straight } = await behindProxy(server, ({ method, query }) =>
        forbidden && (method === 'HEAD' || (method === 'GET' && !query.has('list-type')))
          ? { kind: 'answer', status: 403, code: 'AccessDenied' }
          : undefined,
      );
      await straight.createManifest(task, 1, bytesOf('1'));
      const stage = target.stage(task, token);
      const part = partOf(stage, await stage.write('part', chunksOf('x')));
      forbidden = true;
      expect(await target.readManifest(task, 2)).toBeUndefined();
      for (const ranges of [undefined, []])
        await expect(
          textOf(target.read({ ...part, path: part.path.slice(0, -1) }, ranges)),
        ).rejects.toMatchObject({ code: 'part-damaged' });
      await expect(stage.sync(['par'])).rejects.toMatchObject({ code: 'target-failed' });
      const refused = { code: 'target-refused', message: expect.stringContaining('no permission') };
      await expect(target.readManifest(task, 1)).rejects.toMatchObject(refused);
      for (const ranges of [undefined, []])
        await expect(textOf(target.read(part, ranges))).rejects.toMatchObject(refused);
      await expect(stage.sync(['part'])).rejects.toMatchObject(refused);
    });
  });

  test('an error that does not say that an object is missing is not taken for that', async () => {
    const { target, straight } = await behindProxy(server, ({ method, query }) =>
      method === 'HEAD' || (method === 'GET' && !query.has('list-type'))
        ? { kind: 'answer', status: 400, code: 'InvalidRequest' }
        : undefined,
    );
    await straight.createManifest(task, 1, bytesOf('1'));
    const stage = target.stage(task, token);
    const part = partOf(stage, await stage.write('part', chunksOf('x')));
    for (const act of [
      async () => await target.readManifest(task, 1),
      async () => await textOf(target.read(part)),
      async () => await textOf(target.read(part, [])),
      async () => await stage.sync(['part']),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'target-refused' });
  });

  describe('a bucket that is not there', () => {
    test('is told of whatever is done', async () => {
      const target = s3Targets({ ...(await server.newBucket()), bucket: 'never-made' });
      const part = { path: 'a/attempts/-/x/part', bytes: 1, rows: 1, sha256: '' };
      const doings: readonly (readonly [string, () => Promise<unknown>])[] = [
        [`publish version 1 of ${task} in`, async () => await target.createManifest(task, 1, bytesOf(''))],
        ['list ', async () => await target.currentVersion(task)],
        ['list ', async () => await allOf(target.currentVersions('stats'))],
        ['list ', async () => await allOf(target.taskNames())],
        ['list ', async () => await allOf(target.attempts('stats'))],
        ['read ', async () => await target.readManifest(task, 1)],
        ['write ', async () => await target.stage(task, token).write('part', chunksOf('x'))],
        ['write ', async () => await target.stage(task, token).write('part', chunksOf(manyBytes(9_000_000)))],
        ['read ', async () => await textOf(target.read({ ...part, tag: '"x"' }))],
        ['remove ', async () => await target.remove({ task, attempt: token, newestMs: 0 })],
      ];
      for (const [doing, act] of doings) {
        await expect(act(), doing).rejects.toMatchObject({
          code: 'target-refused',
          message: expect.stringMatching(
            new RegExp(`^The store would not ${doing}.*s3://never-made/.*there is no such bucket`),
          ),
        });
      }
    });

    test('is no lost part and no stage without files, though a HEAD cannot tell', async () => {
      const target = s3Targets({ ...(await server.newBucket()), bucket: 'never-made' });
      const part = { path: 'a/attempts/-/x/part', bytes: 1, rows: 1, sha256: '' };
      for (const act of [
        async () => await textOf(target.read(part)),
        async () => await textOf(target.read(part, [])),
        async () => await target.stage(task, token).sync(['part']),
      ])
        await expect(act()).rejects.toMatchObject({ code: 'target-refused' });
    });
  });

  // moto lets everybody in.
  if (server.kind === versitygw)
    describe('credentials', () => {
      const wrong = async (options: Partial<S3TargetsOptions>): Promise<unknown> => {
        const target = s3Targets({ ...(await server.newBucket()), ...options });
        return await target.currentVersion(task).catch((error: unknown) => error);
      };

      test('whose secret key is another are told so, without the keys', async () => {
        const error = await wrong({
          credentials: { accessKeyId: 'daybook-tests', secretAccessKey: 'hidden' },
        });
        expect(error).toMatchObject({
          code: 'target-refused',
          message: expect.stringContaining('the secret key does not belong to the access key'),
        });
        expect(String(error)).not.toMatch(/hidden|daybook-tests/);
      });

      test('that the store does not know are told so', async () => {
        expect(await wrong({ credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' } })).toMatchObject({
          code: 'target-refused',
          message: expect.stringContaining('it does not know the access key'),
        });
      });

      test('that the store does not know find no manifest missing and no part damaged', async () => {
        const options = await server.newBucket();
        const target = s3Targets({
          ...options,
          credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' },
        });
        const part = { path: 'a/attempts/-/x/part', bytes: 1, rows: 1, sha256: '', tag: '"x"' };
        for (const act of [
          async () => await target.readManifest(task, 1),
          async () => await textOf(target.read(part)),
          async () => await textOf(target.read(part, [])),
          async () => await target.stage(task, token).sync(['part']),
        ])
          await expect(act()).rejects.toMatchObject({ code: 'target-refused' });
      });

      test('for another region are told which option to give', async () => {
        expect(await wrong({ region: 'eu-central-1' })).toMatchObject({
          code: 'target-refused',
          message: expect.stringContaining('Give s3Targets the `region`'),
        });
      });

      test('that a function gives are asked for when they are needed', async () => {
        let asked = 0;
        const options = await server.newBucket();
        const { credentials } = options;
        const target = s3Targets({
          ...options,
          credentials: async () => {
            asked += 1;
            return credentials as { accessKeyId: string; secretAccessKey: string };
          },
        });
        expect(asked).toBe(0);
        expect(await target.currentVersion(task)).toBe(0);
        await target.createManifest(task, 1, bytesOf('1'));
        expect(asked).toBeGreaterThan(0);
      });

      test('that are refused in the middle of a large write are told of', async () => {
        const options = {
          ...(await server.newBucket()),
          credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' },
        };
        const write = s3Targets(options)
          .stage(task, token)
          .write('part', chunksOf(manyBytes(7_000_000)));
        await expect(write).rejects.toMatchObject({ code: 'target-refused' });
      });
    });
});
