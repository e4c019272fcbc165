import { attemptToken } from '@daybook/core';
import { expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { allOf, bytesOf, chunksOf, manyBytes } from './bytes.ts';
import { onServers } from './on-servers.ts';
import { moto } from './servers/server-kinds.ts';

const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));

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
});
