import { expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { behindProxy } from './behind-proxy.ts';
import { onServers } from './on-servers.ts';

onServers((server) => {
  test('what publication needs of a bucket is tried out, and nothing of it stays', async () => {
    const options = { ...(await server.newBucket()), prefix: 'books' };
    const lines = await s3Targets(options).doctor?.();
    expect(lines?.map(({ what, ok, detail }) => `${what} ${ok ? '' : detail}`.trim())).toEqual([
      'bucket',
      'conditional writes',
      'reading',
      'clock',
      'uploads',
      'removing',
    ]);
    const client = server.client();
    expect((await client.listObjectsV2({ Bucket: options.bucket })).Contents ?? []).toEqual([]);
    expect((await client.listMultipartUploads({ Bucket: options.bucket })).Uploads ?? []).toEqual([]);
  });

  test('a bucket that is not there is told with what to do about it', async () => {
    const target = s3Targets({ ...(await server.newBucket()), bucket: 'never-made' });
    expect(await target.doctor?.()).toEqual([
      {
        what: 'bucket',
        ok: false,
        detail: expect.stringContaining('never-made'),
        remedy: expect.stringContaining('See to `bucket`, `region`, `endpoint` and the credentials'),
      },
    ]);
  });

  test('a store that ignores the conditions is found out', async () => {
    const { target } = await behindProxy(server, ({ method }) =>
      method === 'PUT' ? { kind: 'answer', status: 200, code: 'None' } : undefined,
    );
    const lines = (await target.doctor?.()) ?? [];
    expect(lines.at(-1)).toMatchObject({
      what: 'conditional writes',
      ok: false,
      detail: expect.stringContaining('ignores If-None-Match'),
      remedy: expect.stringContaining('use a store that keeps If-None-Match'),
    });
  });

  test.each([
    ['bucket', 'GET', 'list-type', 's3:ListBucket'],
    ['reading', 'GET', 'x-id', 's3:GetObject'],
    ['uploads', 'POST', 'uploads', 's3:AbortMultipartUpload'],
    ['removing', 'POST', 'delete', 's3:DeleteObject'],
  ])('a permission that lacks for %s is named', async (what, method, query, permission) => {
    const { target } = await behindProxy(server, (request) =>
      request.method === method &&
      request.query.has(query) &&
      !(query === 'x-id' && request.query.has('list-type'))
        ? { kind: 'answer', status: 403, code: 'AccessDenied' }
        : undefined,
    );
    const broken = ((await target.doctor?.()) ?? []).filter(({ ok }) => !ok);
    expect(broken).toEqual([
      {
        what,
        ok: false,
        detail: expect.stringContaining('no permission'),
        remedy: expect.stringContaining(permission),
      },
    ]);
  });
});
