import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileTargets } from '../src/index.ts';
import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();

test('what publication needs of a folder is tried out, and nothing of it stays', async () => {
  const root = newFolder();
  const lines = await fileTargets({ root }).doctor?.();
  expect(lines?.map(({ what, ok }) => `${what} ${ok}`)).toEqual([
    'folder true',
    'hard links true',
    'durable writes true',
    'free space true',
  ]);
  expect(readdirSync(root)).toEqual([]);
});

test('a root that is not there is made for it, and removed again with the folders above it', async () => {
  const above = newFolder();
  const root = join(above, 'a/b');
  const [folder] = (await fileTargets({ root }).doctor?.()) ?? [];
  expect(folder).toMatchObject({ ok: true, detail: `${root} is not there yet and can be made` });
  expect(existsSync(join(above, 'a'))).toBe(false);
});

test('a root that cannot be made is told with what to do about it', async () => {
  const above = newFolder();
  writeFileSync(join(above, 'file'), '');
  expect(await fileTargets({ root: join(above, 'file/data') }).doctor?.()).toEqual([
    {
      what: 'folder',
      ok: false,
      detail: expect.stringContaining('ENOTDIR'),
      remedy: 'Give the target a root that this user may write to.',
    },
  ]);
});
