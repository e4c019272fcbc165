import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { S3TargetsOptions } from '../src/index.ts';
import { s3Targets } from '../src/index.ts';

const task = 'stats/date=2018-07-24';

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
    await expect.poll(() => free.listening).toBe(true);
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
