import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attemptToken } from '@daybook/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { allOf, bytesOf, chunksOf, manyBytes, partOf, textOf } from './bytes.ts';
import { onServers } from './on-servers.ts';
import { moto, versitygw } from './servers/server-kinds.ts';

const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));

afterEach(() => vi.unstubAllEnvs());

describe('the options', () => {
  test('give the target its name, with a slash at its end', () => {
    expect(s3Targets({ bucket: 'books' }).name).toBe('s3://books/');
    expect(s3Targets({ bucket: 'books', prefix: 'daybook/2018' }).name).toBe('s3://books/daybook/2018/');
    expect(s3Targets({ bucket: 'books', prefix: 'daybook/' }).name).toBe('s3://books/daybook/');
  });

  test.each<[S3TargetsOptions, string]>([
    [{ bucket: '' }, 'the bucket ""'],
    [{ bucket: 'Books' }, 'the bucket "Books"'],
    [{ bucket: 's3://books' }, 'the bucket'],
    [{ bucket: 'books', prefix: '/daybook' }, 'the prefix "/daybook"'],
    [{ bucket: 'books', prefix: 'a//b' }, 'the prefix "a//b"'],
    [{ bucket: 'books', prefix: 'a/../b' }, 'the prefix "a/../b"'],
    [{ bucket: 'books', prefix: 'a b' }, 'the prefix "a b"'],
    [{ bucket: 'books', prefix: 'x'.repeat(300) }, 'at most 300'],
    [{ bucket: 'books', endpoint: 'localhost:9000' }, 'no URL'],
    [{ bucket: 'books', endpoint: 'ftp://localhost' }, 'no URL'],
    [{ bucket: 'books', endpoint: 'http://me:hidden@localhost' }, 'give `credentials`'],
  ])('%o cannot be meant', (options, why) => {
    expect(() => s3Targets(options)).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(why) }),
    );
    expect(() => s3Targets(options)).not.toThrow(/hidden/);
  });

  test('without a region anywhere are told so, once the bucket is asked for', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nowhere');
    const target = s3Targets({ bucket: 'books', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    await expect(target.currentVersion(task)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('AWS_REGION'),
    });
  });

  test('without a store behind the endpoint are told so', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await vi.waitFor(() => expect(free.listening).toBe(true));
    const { port } = free.address() as AddressInfo;
    free.close();
    const endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    await expect(
      s3Targets({ bucket: 'books', endpoint, credentials }).currentVersion(task),
    ).rejects.toMatchObject({
      code: 'target-failed',
      message: expect.stringMatching(/no connection to it \(ECONNREFUSED\).*`endpoint`/),
    });
  });
});

onServers((server) => {
  test('a bucket is laid out as a folder is', async () => {
    const options = { ...(await server.newBucket()), prefix: 'books' };
    const target = s3Targets(options);
    await target.createManifest(task, 3, bytesOf('three'));
    await target.stage(task, token).write('deep/part', chunksOf('x'));
    const { Contents = [] } = await server.client().listObjectsV2({ Bucket: options.bucket });
    expect(Contents.map(({ Key }) => Key).sort()).toEqual([
      'books/.daybook/conditional-writes',
      `books/stats/attempts/date=2018-07-24/${token}/deep/part`,
      'books/stats/versions/date=2018-07-24/00000003.json',
    ]);
    expect(target.stage(task, token).uri).toBe(
      `s3://${options.bucket}/books/stats/attempts/date=2018-07-24/${token}/`,
    );
  });

  test('two prefixes of a bucket know nothing of each other', async () => {
    const options = await server.newBucket();
    const [one, other, whole] = ['a', 'a-b', undefined].map((prefix) =>
      s3Targets(prefix === undefined ? options : { ...options, prefix }),
    ) as [ReturnType<typeof s3Targets>, ReturnType<typeof s3Targets>, ReturnType<typeof s3Targets>];
    await one.createManifest(task, 1, bytesOf('1'));
    expect(await other.currentVersion(task)).toBe(0);
    expect(await allOf(other.taskNames())).toEqual([]);
    expect(await allOf(whole.taskNames())).toEqual([]);
  });

  test('what others left among the versions is none', async () => {
    const options = await server.newBucket();
    const target = s3Targets(options);
    await target.createManifest(task, 1, bytesOf('1'));
    const folder = 'stats/versions/date=2018-07-24';
    for (const name of ['00000002.json.bak', '2.json', 'note.txt', 'deep/00000009.json', '000000003.json'])
      await server.client().putObject({ Bucket: options.bucket, Key: `${folder}/${name}`, Body: 'x' });
    expect(await target.currentVersion(task)).toBe(1);
    expect(await allOf(target.currentVersions('stats'))).toEqual([{ task, version: 1 }]);
  });

  test('attempts tell the bytes of their files, and when the newest was written', async () => {
    const options = await server.newBucket();
    const target = s3Targets(options);
    for (const name of ['a', 'deep/b']) await target.stage(task, token).write(name, chunksOf('xyz'));
    const [whole] = await allOf(target.attempts('stats'));
    expect(whole).toMatchObject({ task, attempt: token, bytes: 6 });
    const upload = { Bucket: options.bucket, Key: `stats/attempts/date=2018-07-24/${token}/c` };
    await server.client().createMultipartUpload(upload);
    const [attempt, ...others] = await allOf(target.attempts('stats'));
    // How much the unfinished upload holds is in no listing.
    expect(attempt).toEqual({ task, attempt: token, newestMs: expect.any(Number) });
    expect(others).toEqual([]);
    expect(Math.abs(Date.now() - (attempt?.newestMs ?? 0))).toBeLessThan(60_000);
  });

  test('an upload that a dead worker left is an attempt, and is aborted with it and with no other', async () => {
    const options = await server.newBucket();
    const target = s3Targets(options);
    const other = attemptToken(1, 'b'.repeat(32));
    const begin = async (path: string): Promise<void> => {
      await server.client().createMultipartUpload({ Bucket: options.bucket, Key: path });
    };
    for (const each of [token, other]) await begin(`stats/attempts/date=2018-07-24/${each}/part`);
    await begin(`stats-more/attempts/date=2018-07-24/${token}/part`);
    await begin('of-others');
    const found = await allOf(target.attempts('stats'));
    expect(found.map(({ attempt }) => attempt).sort()).toEqual([token, other]);
    for (let time = 0; time < 2; time += 1) await target.remove({ task, attempt: token, newestMs: 0 });
    expect((await allOf(target.attempts('stats'))).map(({ attempt }) => attempt)).toEqual([other]);
    const { Uploads = [] } = await server.client().listMultipartUploads({ Bucket: options.bucket });
    expect(Uploads).toHaveLength(3);
  });

  test.each([{ kind: 's3' }, { kind: 'kms', keyId: 'key-1' }, { kind: 'kms' }] as const)(
    'the encryption %o is asked for with everything that is written',
    async (encryption) => {
      const { options, proxy } = await behindProxy(server, ({ method, query }) =>
        // Not every server of the tests has keys, so that what is asked for is looked at, not what is done.
        method === 'PUT' && !query.has('partNumber')
          ? { kind: 'answer', status: 412, code: 'PreconditionFailed' }
          : undefined,
      );
      const target = s3Targets({ ...options, encryption });
      expect(await target.createManifest(task, 1, bytesOf('1'))).toBe('exists');
      await target
        .stage(task, token)
        .write('small', chunksOf('x'))
        .catch(() => undefined);
      await target
        .stage(task, token)
        .write('large', chunksOf(manyBytes(9_000_000)))
        .catch(() => undefined);
      const written = proxy.seen.filter(
        ({ method, query }) => (method === 'PUT' && !query.has('partNumber')) || query.has('uploads'),
      );
      expect(written).toHaveLength(4);
      for (const { headers } of written) {
        expect(headers['x-amz-server-side-encryption']).toBe(encryption.kind === 's3' ? 'AES256' : 'aws:kms');
        expect(headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(
          'keyId' in encryption ? encryption.keyId : undefined,
        );
      }
    },
  );

  if (server.kind === moto)
    test('objects are encrypted as is said', async () => {
      const options = await server.newBucket();
      const target = s3Targets({ ...options, encryption: { kind: 's3' } });
      await target.createManifest(task, 1, bytesOf('1'));
      const there = await server
        .client()
        .headObject({ Bucket: options.bucket, Key: 'stats/versions/date=2018-07-24/00000001.json' });
      expect(there.ServerSideEncryption).toBe('AES256');
    });

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
