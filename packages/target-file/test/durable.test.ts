import fs, { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { attemptToken } from '@daybook/core';
import { fileTargets } from '../src/index.ts';
import { bytesOf, chunksOf, temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();
const task = 'stats/date=2018-07-24';
const token = attemptToken(1, 'a'.repeat(32));

let restore = (): void => undefined;
afterEach(() => restore());

/** Notes the inode of all that is synced from now on: what is synced survives a loss of power. */
function watchSyncs(): Set<number> {
  const { fsync } = fs;
  const synced = new Set<number>();
  fs.fsync = ((file, done) => {
    synced.add(fs.fstatSync(file).ino);
    fsync(file, done);
  }) as typeof fsync;
  syncBuiltinESMExports();
  restore = () => {
    fs.fsync = fsync;
    syncBuiltinESMExports();
  };
  return synced;
}

function unsynced(synced: ReadonlySet<number>, root: string, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !synced.has(statSync(join(root, path)).ino));
}

describe('what is durable', () => {
  test('is a manifest, and the name of each folder that it made', async () => {
    const folder = newFolder();
    const synced = watchSyncs();
    await fileTargets({ root: join(folder, 'data/root') }).createManifest(task, 1, bytesOf('one'));
    const segment = 'data/root/stats/versions/date=2018-07-24';
    expect(
      unsynced(synced, folder, [
        `${segment}/00000001.json`,
        segment,
        'data/root/stats/versions',
        'data/root/stats',
        'data/root',
        'data',
        '',
      ]),
    ).toEqual([]);
  });

  test('is the next manifest in a folder that was there', async () => {
    const folder = newFolder();
    const target = fileTargets({ root: folder });
    await target.createManifest(task, 1, bytesOf('one'));
    const synced = watchSyncs();
    await target.createManifest(task, 2, bytesOf('two'));
    const segment = 'stats/versions/date=2018-07-24';
    expect(unsynced(synced, folder, [`${segment}/00000002.json`, segment])).toEqual([]);
  });

  test('is each part that is synced, and every folder above it that an engine may have made', async () => {
    const root = newFolder();
    const stage = fileTargets({ root }).stage(task, token);
    const attempt = fileURLToPath(stage.uri);
    mkdirSync(join(attempt, 'deep'), { recursive: true });
    writeFileSync(join(attempt, 'a'), 'a');
    writeFileSync(join(attempt, 'deep/b'), 'b');
    const synced = watchSyncs();
    await stage.sync(['a']);
    const above = [stage.path, 'stats/attempts/date=2018-07-24', 'stats/attempts', 'stats', ''];
    expect(unsynced(synced, root, [`${stage.path}a`, ...above])).toEqual([]);
    expect(unsynced(synced, root, [`${stage.path}deep/b`])).toHaveLength(1);
    await stage.sync(['deep/b']);
    expect(unsynced(synced, root, [`${stage.path}deep/b`, `${stage.path}deep`, ...above])).toEqual([]);
  });

  test('is a part that the stage wrote, once it is synced', async () => {
    const root = newFolder();
    const stage = fileTargets({ root }).stage(task, token);
    const synced = watchSyncs();
    await stage.write('a', chunksOf('a'));
    expect(unsynced(synced, root, [`${stage.path}a`])).toHaveLength(1);
    await stage.sync(['a']);
    expect(unsynced(synced, root, [`${stage.path}a`, stage.path])).toEqual([]);
  });
});
