import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptToken } from '@daybook/core';
import type { Target } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { allOf, bytesOf, chunksOf, manyBytes, partOf, textOf } from './bytes.ts';
import { onServer } from './on-servers.ts';
import type { ServerKind } from './servers/server-kinds.ts';
import { testCredentials, versitygw } from './servers/server-kinds.ts';

const task = 'stats/date=2018-07-24';
const mine = attemptToken(1, 'a'.repeat(32));
const page = readFileSync(new URL('../../../docs/s3.md', import.meta.url), 'utf8');

interface Statement {
  readonly Sid: string;
  readonly Resource: string;
}

/** The statements of docs/s3.md whose names begin so, as those of a bucket policy for one user. */
function statementsOf(user: string, prefixes: readonly string[], bucket: string): readonly object[] {
  const documents = [...page.matchAll(/```json\n([^`]*)```/g)].map(
    ([, text = '']) => JSON.parse(text) as object,
  );
  const all = documents.flatMap((each) => ('Statement' in each ? (each.Statement as Statement[]) : []));
  return all
    .filter(({ Sid }) => prefixes.some((prefix) => Sid.startsWith(prefix)))
    .map((statement) => ({
      ...statement,
      Sid: `${user}${statement.Sid}`,
      Principal: { AWS: user },
      Resource: statement.Resource.replace(':::books', `:::${bucket}`),
    }));
}

/** A server that knows users, and asks the policy of a bucket what they may. */
const withUsers: ServerKind = {
  ...versitygw,
  words: (port, data) => {
    for (const folder of ['users', 'buckets']) mkdirSync(join(data, folder));
    const words = versitygw.words(port, join(data, 'buckets'));
    return ['--iam-dir', join(data, 'users'), ...words];
  },
};
const users = ['worker', 'reader', 'sweeper'] as const;

// moto lets everybody in, so that only the other server can hold the policies against what Daybook does.
onServer(withUsers, (server) => {
  describe('by the policies of docs/s3.md', () => {
    const targetsByUser = async (): Promise<Readonly<Record<(typeof users)[number], Target>>> => {
      const { bucket, endpoint } = await server.newBucket();
      const root = [
        'admin',
        '--access',
        testCredentials.accessKeyId,
        '--secret',
        testCredentials.secretAccessKey,
      ];
      for (const user of users) {
        const words = ['create-user', '--access', user, '--secret', `${user}-secret`, '--role', 'user'];
        execFileSync(withUsers.program, [...root, '--endpoint-url', endpoint, ...words], { stdio: 'ignore' });
      }
      const Statement = [
        ...statementsOf('worker', ['Worker'], bucket),
        ...statementsOf('reader', ['Reader'], bucket),
        ...statementsOf('sweeper', ['Reader', 'Sweeper'], bucket),
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await server.client().putBucketPolicy({ Bucket: bucket, Policy });
      const targetOf = (user: string): Target =>
        s3Targets({
          bucket,
          endpoint,
          prefix: 'daybook',
          credentials: { accessKeyId: user, secretAccessKey: `${user}-secret` },
        });
      return { worker: targetOf('worker'), reader: targetOf('reader'), sweeper: targetOf('sweeper') };
    };

    test('each may do what it is for, and no more', async () => {
      const { worker, reader, sweeper } = await targetsByUser();
      const refused = { code: 'target-refused', message: expect.stringContaining('no permission') };

      expect((await worker.doctor?.())?.filter(({ ok }) => !ok)).toEqual([]);
      const stage = worker.stage(task, mine);
      await stage.write('part', chunksOf('x'));
      await stage.write('large', chunksOf(manyBytes(9_000_000)));
      const [file] = await stage.sync(['part', 'large']);
      if (file === undefined) expect.fail('The part was not synced.');
      const part = partOf(stage, file);
      expect(await worker.createManifest(task, 1, bytesOf('1'))).toBe('created');
      expect(await worker.createManifest(task, 1, bytesOf('2'))).toBe('exists');
      expect((await allOf(worker.attempts('stats'))).map(({ attempt }) => attempt)).toEqual([mine]);
      const attempt = { task, attempt: mine, newestMs: 0 };
      await expect(worker.remove(attempt)).rejects.toMatchObject(refused);

      for (const each of [worker, reader, sweeper]) {
        expect(await allOf(each.taskNames())).toEqual(['stats']);
        expect(await allOf(each.currentVersions('stats'))).toEqual([{ task, version: 1 }]);
        expect(await each.readManifest(task, 1)).toEqual(bytesOf('1'));
        expect(await each.readManifest(task, 2)).toBeUndefined();
        expect(await textOf(each.read(part))).toBe('x');
      }

      for (const each of [reader, sweeper]) {
        await expect(each.createManifest(task, 2, bytesOf('2'))).rejects.toMatchObject(refused);
        await expect(each.stage(task, mine).write('part', chunksOf('y'))).rejects.toMatchObject(refused);
      }
      await expect(reader.remove(attempt)).rejects.toMatchObject(refused);

      expect((await allOf(sweeper.attempts('stats'))).map(({ attempt: each }) => each)).toEqual([mine]);
      await sweeper.remove(attempt);
      expect(await allOf(sweeper.attempts('stats'))).toEqual([]);
      expect(await reader.currentVersion(task)).toBe(1);
    });
  });
});
