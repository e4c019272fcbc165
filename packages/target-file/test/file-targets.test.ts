import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Part } from '@daybook/core';
import { attemptToken, day, defineTask, optional, table, text } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { fileTargets } from '../src/index.ts';
import { allOf, bytesOf, chunksOf, temporaryFolders, textOf, treeOf } from './folders.ts';

const newFolder = temporaryFolders();
const task = 'account-statistics/date=2018-07-24';
const token = attemptToken(3, '0123456789abcdef0123456789abcdef');
const damaged = { name: 'DaybookError', code: 'part-damaged' };
const refused = { name: 'DaybookError', code: 'target-failed' };

describe('the layout', () => {
  test('in a folder is that of the design', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    await target.createManifest(task, 1, bytesOf('one'));
    await target.createManifest(task, 12_345_678, bytesOf('later'));
    await target.createManifest('opening-balances', 1, bytesOf('balances'));
    const stage = target.stage(task, token);
    await stage.write('part-0.parquet', chunksOf('rows'));
    await target.stage('opening-balances', token).write('deep/er/part.tsv', chunksOf('x'));
    expect(treeOf(root)).toEqual([
      `account-statistics/attempts/date=2018-07-24/${token}/part-0.parquet`,
      'account-statistics/versions/date=2018-07-24/00000001.json',
      'account-statistics/versions/date=2018-07-24/12345678.json',
      `opening-balances/attempts/-/${token}/deep/er/part.tsv`,
      'opening-balances/versions/-/00000001.json',
    ]);
    expect(
      readFileSync(join(root, 'account-statistics/versions/date=2018-07-24/00000001.json'), 'utf8'),
    ).toBe('one');
    expect(stage.path).toBe(`account-statistics/attempts/date=2018-07-24/${token}/`);
    expect(fileURLToPath(stage.uri)).toBe(`${root}/${stage.path}`);
  });

  test('has odd parameters percent-encoded, and finds them again', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    const odd = defineTask({
      name: 'odd',
      params: { date: day, label: optional(text) },
      output: table({ id: 'bigint' }),
    });
    const tasks = ['a/b', '../..', 'ü=,%', '😀', '.', ' ', 'x'.repeat(170)].map((label) =>
      odd({ date: '2018-07-24', label }),
    );
    for (const { id } of tasks) {
      expect(await target.createManifest(id, 1, bytesOf(id))).toBe('created');
      expect(new TextDecoder().decode(await target.readManifest(id, 1))).toBe(id);
    }
    const listed = await allOf(target.currentVersions('odd'));
    expect(listed.map((each) => each.task)).toEqual(tasks.map(({ id }) => id).sort());
    expect(treeOf(root)).toContain('odd/versions/date=2018-07-24,label=..%2F../00000001.json');
    expect(treeOf(root)).toHaveLength(tasks.length);
  });

  test('has its root made where that is not there, given as a path, a URL or the text of one', async () => {
    const folder = newFolder();
    const roots: readonly (string | URL)[] = [
      join(folder, 'a/b/c'),
      pathToFileURL(join(folder, 'with space # and %')),
      pathToFileURL(join(folder, 'as text')).href,
    ];
    for (const root of roots) {
      const target = fileTargets({ root });
      expect(await allOf(target.taskNames())).toEqual([]);
      expect(await target.currentVersion(task)).toBe(0);
      expect(await target.createManifest(task, 1, bytesOf('one'))).toBe('created');
      expect(await allOf(target.taskNames())).toEqual(['account-statistics']);
      expect(target.name).toMatch(/^file:\/\/\/.*\/$/);
    }
    const names = ['a/b/c', 'as text', 'with space # and %'];
    expect(treeOf(folder)).toEqual(
      names.map((name) => `${name}/account-statistics/versions/date=2018-07-24/00000001.json`),
    );
  });
});

describe('a version', () => {
  test('leaves nothing else behind, whether it was created or was there', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    for (const text of ['a', 'b']) await target.createManifest(task, 1, bytesOf(text));
    expect(await allOf(target.attempts('account-statistics'))).toEqual([]);
  });

  test('is found among files that others left there', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    await target.createManifest('stats/x=1', 1, bytesOf('one'));
    for (const folder of [
      '',
      'stats',
      'stats/versions',
      'stats/versions/x=1',
      'stats/attempts',
      'stats/attempts/x=1',
    ]) {
      mkdirSync(join(root, folder), { recursive: true });
      for (const name of ['.DS_Store', '00000009.json.tmp', '9.json', 'notes'])
        writeFileSync(join(root, folder, name), '');
    }
    mkdirSync(join(root, 'lost+found'));
    symlinkSync(join(root, 'stats'), join(root, 'linked'));
    expect(await allOf(target.taskNames())).toEqual(['linked', 'stats']);
    expect(await allOf(target.currentVersions('stats'))).toEqual([{ task: 'stats/x=1', version: 1 }]);
    expect(await target.currentVersion('stats/x=1')).toBe(1);
    expect(await allOf(target.attempts('stats'))).toEqual([]);
  });

  test('of a task that has been attempted only is none', async () => {
    const target = fileTargets({ root: newFolder() });
    await target.stage(task, token).write('part', chunksOf('x'));
    expect(await allOf(target.taskNames())).toEqual([]);
    expect(await target.currentVersion(task)).toBe(0);
  });
});

describe('a stage', () => {
  test('takes bytes as they come, and tells how many', async () => {
    const root = newFolder();
    const stage = fileTargets({ root }).stage(task, token);
    expect(await stage.write('part', chunksOf('ab', '', 'cé'))).toEqual({ name: 'part', bytes: 5 });
    expect(await stage.write('none', chunksOf())).toEqual({ name: 'none', bytes: 0 });
    expect(readFileSync(join(root, stage.path, 'part'), 'utf8')).toBe('abcé');
    expect(await stage.write('part', chunksOf('z'))).toEqual({ name: 'part', bytes: 1 });
    expect(readFileSync(join(root, stage.path, 'part'), 'utf8')).toBe('z');
  });

  test('makes durable what an engine wrote by itself, in the order asked for', async () => {
    const stage = fileTargets({ root: newFolder() }).stage(task, token);
    const folder = fileURLToPath(stage.uri);
    mkdirSync(join(folder, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'b'), 'bb');
    writeFileSync(join(folder, 'deep/a'), 'a');
    expect(await stage.sync(['deep/a', 'b'])).toEqual([
      { name: 'deep/a', bytes: 1 },
      { name: 'b', bytes: 2 },
    ]);
    expect(await stage.sync([])).toEqual([]);
  });
});

describe('a part', () => {
  const bytes = 'abcdefghij';
  async function stored(): Promise<{ readonly root: string; readonly part: Part; readonly read: Reader }> {
    const root = newFolder();
    const target = fileTargets({ root });
    const stage = target.stage(task, token);
    await stage.write('part', chunksOf(bytes));
    const part = { path: `${stage.path}part`, bytes: bytes.length, rows: 1, sha256: '' };
    return {
      root,
      part,
      read: async (ranges, other) => await textOf(target.read({ ...part, ...other }, ranges)),
    };
  }
  type Reader = (
    ranges?: readonly { start: number; length: number }[],
    other?: Partial<Part>,
  ) => Promise<string>;

  test('is read whole, or by ranges, theirs one after the other', async () => {
    const { read } = await stored();
    expect(await read()).toBe(bytes);
    expect(await read([{ start: 0, length: 3 }])).toBe('abc');
    expect(
      await read([
        { start: 7, length: 3 },
        { start: 2, length: 0 },
        { start: 2, length: 1 },
        { start: 0, length: 10 },
      ]),
    ).toBe('hijcabcdefghij');
    expect(await read([])).toBe('');
  });

  test('that is missing or has another size is damaged, and nothing of it is read', async () => {
    const { root, part, read } = await stored();
    for (const ranges of [undefined, [{ start: 0, length: 1 }]]) {
      await expect(read(ranges, { bytes: 9 })).rejects.toMatchObject({
        ...damaged,
        message: `The part ${part.path} has 10 bytes instead of 9: restore it from a backup, or make its task again with --force.`,
      });
      await expect(read(ranges, { path: `${part.path}x` })).rejects.toMatchObject({
        ...damaged,
        message: expect.stringContaining('x is not there'),
      });
    }
    writeFileSync(join(root, part.path), bytes.slice(1));
    await expect(read()).rejects.toMatchObject(damaged);
    rmSync(join(root, part.path));
    await expect(read()).rejects.toMatchObject(damaged);
  });

  test('of some megabytes comes in pieces', async () => {
    const { root, part } = await stored();
    const large = Buffer.alloc(3_000_000, 'xyz');
    writeFileSync(join(root, part.path), large);
    const chunks = await allOf(fileTargets({ root }).read({ ...part, bytes: large.length }));
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });
});

describe('attempts', () => {
  const other = attemptToken(4, 'f'.repeat(32));

  test('are listed with the newest time at which a file of them was written', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    for (const [id, attempt] of [
      [task, token],
      [task, other],
      ['account-statistics', token],
    ] as const) {
      await target.stage(id, attempt).write('a', chunksOf('a'));
      await target.stage(id, attempt).write('deep/b', chunksOf('b'));
    }
    const folder = fileURLToPath(target.stage(task, token).uri);
    const ages = { '': 1000, a: 2000, deep: 3000, 'deep/b': 5000 };
    for (const [name, seconds] of Object.entries(ages)) utimesSync(join(folder, name), seconds, seconds);
    const listed = await allOf(target.attempts('account-statistics'));
    expect(listed.map(({ task: id, attempt }) => [id, attempt])).toEqual([
      ['account-statistics', token],
      [task, token],
      [task, other],
    ]);
    expect(listed[1]?.newestMs).toBe(5_000_000);
    expect(listed[1]?.bytes).toBe(2);
    expect(Date.now() - (listed[2]?.newestMs ?? 0)).toBeLessThan(60_000);
    expect(await allOf(target.attempts('none'))).toEqual([]);
  });

  test('are removed one by one, and what is gone already is no trouble', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    await target.createManifest(task, 3, bytesOf('three'));
    for (const attempt of [token, other]) await target.stage(task, attempt).write('deep/a', chunksOf('a'));
    const [first] = await allOf(target.attempts('account-statistics'));
    for (let time = 0; time < 2; time += 1) await target.remove(first as NonNullable<typeof first>);
    expect(treeOf(root)).toEqual([
      `account-statistics/attempts/date=2018-07-24/${other}/deep/a`,
      'account-statistics/versions/date=2018-07-24/00000003.json',
    ]);
  });
});

describe('a folder that refuses', () => {
  // A file stands where a folder should be: unlike missing permissions, that stops everybody.
  test('is told as the target at fault, with what could not be done', async () => {
    const folder = newFolder();
    const root = join(folder, 'root');
    writeFileSync(root, '');
    const target = fileTargets({ root });
    const part = { path: 'a/attempts/-/x/part', bytes: 1, rows: 1, sha256: '' };
    const doings: readonly (readonly [string, () => Promise<unknown>])[] = [
      [`publish version 1 of ${task}`, async () => await target.createManifest(task, 1, bytesOf(''))],
      ['list ', async () => await target.currentVersion(task)],
      ['list ', async () => await allOf(target.currentVersions('account-statistics'))],
      ['list ', async () => await allOf(target.taskNames())],
      ['list ', async () => await allOf(target.attempts('account-statistics'))],
      [`read ${task}`, async () => await target.readManifest(task, 1)],
      ['write ', async () => await target.stage(task, token).write('part', chunksOf('x'))],
      ['keep ', async () => await target.stage(task, token).sync(['part'])],
      [`read ${part.path}`, async () => await textOf(target.read(part))],
    ];
    for (const [doing, act] of doings) {
      await expect(act(), doing).rejects.toMatchObject({
        ...refused,
        message: expect.stringMatching(
          new RegExp(`^The folder of the data would not ${doing}.*(ENOTDIR|EEXIST)`),
        ),
      });
    }
  });

  test('is not taken for a version that exists', async () => {
    for (const taken of ['versions', 'versions/date=2018-07-24', 'attempts', 'attempts/date=2018-07-24']) {
      const root = newFolder();
      const file = join(root, 'account-statistics', taken);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      await expect(fileTargets({ root }).createManifest(task, 1, bytesOf(''))).rejects.toMatchObject(refused);
    }
  });

  test('is told when a part cannot be read to its end', async () => {
    const root = newFolder();
    const target = fileTargets({ root });
    mkdirSync(join(root, 'a/part'), { recursive: true });
    const { size } = statSync(join(root, 'a/part'));
    const part = { path: 'a/part', bytes: size, rows: 1, sha256: '' };
    await expect(textOf(target.read(part))).rejects.toMatchObject(refused);
    if (size > 0)
      await expect(textOf(target.read(part, [{ start: 0, length: 1 }]))).rejects.toMatchObject(refused);
  });
});
