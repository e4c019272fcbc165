import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onServers, tellMissingServers } from '../../target-s3/test/on-servers.ts';
import { testCredentials } from '../../target-s3/test/servers/server-kinds.ts';
import type { Documents } from '../src/documents.ts';
import { fileDocuments } from '../src/documents/file-documents.ts';
import { s3Documents } from '../src/documents/s3-documents.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What every home of documents must do. */
function laws(open: () => { readonly documents: Documents; readonly root: string }): void {
  const listed = async (prefix: string): Promise<readonly string[]> => {
    const { documents, root } = open();
    const uris: string[] = [];
    for await (const uri of documents.list(`${root}${prefix}`)) uris.push(uri.slice(root.length));
    return uris.toSorted();
  };

  test('a document is read as it was written, and is not there before', async () => {
    const { documents, root } = open();
    expect(await documents.read(`${root}a/none.json`)).toBeUndefined();
    await documents.write(`${root}a/one.json`, bytes('{"a":1}'));
    expect(await documents.read(`${root}a/one.json`)).toEqual(bytes('{"a":1}'));
    await documents.write(`${root}a/one.json`, bytes(''));
    expect(await documents.read(`${root}a/one.json`)).toEqual(bytes(''));
  });

  test('a document that was removed is gone, and is removed again in peace', async () => {
    const { documents, root } = open();
    await documents.write(`${root}b/one.json`, bytes('1'));
    await documents.remove(`${root}b/one.json`);
    await documents.remove(`${root}b/one.json`);
    expect(await documents.read(`${root}b/one.json`)).toBeUndefined();
  });

  test('all documents that begin with a prefix are listed, and no others', async () => {
    const { documents, root } = open();
    for (const name of ['c/1', 'c/12', 'c/2', 'c/d/3', 'cc/4'])
      await documents.write(`${root}${name}`, bytes(name));
    expect(await listed('c/')).toEqual(['c/1', 'c/12', 'c/2', 'c/d/3']);
    expect(await listed('c/1')).toEqual(['c/1', 'c/12']);
    expect(await listed('none/')).toEqual([]);
  });

  test('one that is written and read by many at once is whole each time', async () => {
    const { documents, root } = open();
    const texts = Array.from({ length: 8 }, (_, at) => String(at).repeat(50_000));
    await documents.write(`${root}d/one`, bytes(texts[0]!));
    const reads = texts.map(async (text) => {
      await documents.write(`${root}d/one`, bytes(text));
      return new TextDecoder().decode(await documents.read(`${root}d/one`));
    });
    for (const text of await Promise.all(reads)) expect(texts).toContain(text);
    expect(await listed('d/')).toEqual(['d/one']);
  });
}

describe('documents in a folder', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runner-emr-documents-'));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));
  const open = () => ({ documents: fileDocuments(), root: `${pathToFileURL(folder).href}/` });
  laws(open);

  test('that cannot be had are an error that names the place', async () => {
    const { documents, root } = open();
    await documents.write(`${root}file`, bytes(''));
    await expect(documents.write(`${root}file/one`, bytes(''))).rejects.toMatchObject({
      code: 'target-failed',
      message: expect.stringContaining(`would not write ${root}file/one`),
    });
    expect((await readdir(folder)).filter((name) => name.includes('temporary'))).toEqual([]);
  });
});

tellMissingServers();
onServers((server) => {
  describe('documents in a bucket', () => {
    let documents: Documents;
    let root = '';
    beforeAll(async () => {
      const { bucket, endpoint } = await server.newBucket();
      documents = s3Documents({ s3: { endpoint }, credentials: testCredentials });
      root = `s3://${bucket}/scratch/`;
    });
    laws(() => ({ documents, root }));

    test('are listed though they are more than a page', async () => {
      const names = Array.from({ length: 1_020 }, (_, at) => `${root}many/${at}`);
      const queue = names.values();
      const writeSome = async () => {
        for (const name of queue) await documents.write(name, bytes(''));
      };
      await Promise.all(Array.from({ length: 16 }, writeSome));
      const listed = new Set<string>();
      for await (const uri of documents.list(`${root}many/`)) listed.add(uri);
      expect(listed).toEqual(new Set(names));
    });

    test('that is not there are refused, and no store is a failure', async () => {
      await expect(documents.read('s3://nowhere-at-all/x')).rejects.toMatchObject({
        code: 'target-refused',
        message: expect.stringMatching(
          /would not read s3:\/\/nowhere-at-all\/x: NoSuchBucket, HTTP 404\. See to the bucket/,
        ),
      });
      const away = s3Documents({ s3: { endpoint: 'http://127.0.0.1:1' }, credentials: testCredentials });
      await expect(away.write('s3://books/x', bytes(''))).rejects.toMatchObject({
        code: 'target-failed',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });
});
