import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { entriesToEvict, isEntryName } from '../src/cache-eviction.ts';
import { partCache } from '../src/part-cache.ts';
import { temporaryFolder } from './project.ts';

const bytes = 10_000;

/** A cache with a folder beside it for the files of attempts. */
function opened(limitBytes = 1024 ** 3, elsewhere?: string) {
  const own = temporaryFolder();
  const folder = elsewhere ?? join(own, 'cache');
  const cache = partCache(folder, limitBytes);
  let files = 0;
  const newPath = (): string => join(own, `file-${files++}`);
  const put = async (text: string, length = bytes): Promise<string> => {
    const content = Buffer.alloc(length, text);
    const name = createHash('sha256').update(content).digest('hex');
    const path = newPath();
    writeFileSync(path, content);
    await cache.keep(name, path);
    return name;
  };
  const taken = async (name: string, length = bytes): Promise<string | undefined> => {
    const path = newPath();
    if (await cache.take(name, path, length)) return readFileSync(path, 'latin1');
    expect(existsSync(path)).toBe(false);
    return undefined;
  };
  return { cache, folder, put, taken, newPath };
}

test('what is kept is taken, without a copy, and stays when it is evicted', async () => {
  const { cache, folder, put, taken, newPath } = opened(25_000);
  const name = await put('a');
  expect(await taken(name)).toBe('a'.repeat(bytes));
  const path = newPath();
  await cache.take(name, path, bytes);
  expect(statSync(path).ino).toBe(statSync(join(folder, name)).ino);
  for (const text of ['b', 'c', 'd', 'e']) await put(text);
  expect(existsSync(join(folder, name))).toBe(false);
  expect(readFileSync(path, 'latin1')).toBe('a'.repeat(bytes));
});

test.skipIf(!existsSync('/dev/shm'))('on another file system what is kept and taken is a copy', async () => {
  const folder = mkdtempSync('/dev/shm/runner-local-test-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { put, taken } = opened(25_000, folder);
  expect(await taken(await put('a'))).toBe('a'.repeat(bytes));
  for (const text of ['b', 'c', 'd', 'e']) await put(text);
  expect(readdirSync(folder).every(isEntryName)).toBe(true);
  expect(readdirSync(folder).length).toBeLessThan(4);
});

test('the folder is made when something is kept, for this user alone', async () => {
  const { folder, put, taken } = opened();
  expect(await taken('0'.repeat(64))).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  await put('a');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('the least recently used entries go first', async () => {
  const { cache, folder, put, newPath } = opened(50_000);
  const [a, b, c] = [await put('a'), await put('b'), await put('c')];
  for (const [index, name] of [a, b, c].entries()) utimesSync(join(folder, name), 1000 + index, new Date());
  // To read it would be use, too.
  expect(await cache.take(a, newPath(), bytes)).toBe(true);
  for (const text of ['d', 'e', 'f']) await put(text);
  expect(existsSync(join(folder, b))).toBe(false);
  expect(existsSync(join(folder, a))).toBe(true);
});

test('a sparse file counts for what it takes on the disk', async () => {
  const { cache, folder, put, newPath } = opened(60_000);
  const path = newPath();
  writeFileSync(path, 'start');
  await truncate(path, 10_000_000);
  await cache.keep('1'.repeat(64), path);
  await put('a');
  expect(readdirSync(folder)).toHaveLength(2);
});

test('what is larger than the cache is not kept, and a limit of 0 keeps nothing', async () => {
  const small = opened(5000);
  await small.put('a');
  expect(existsSync(small.folder)).toBe(false);
  const none = opened(0);
  expect(await none.taken(await none.put('a'))).toBeUndefined();
  expect(existsSync(none.folder)).toBe(false);
});

describe('what was not left here by this user as it should be is not trusted', () => {
  test('a file of another size goes', async () => {
    const { folder, put, taken } = opened();
    const name = await put('a');
    truncateSync(join(folder, name), bytes - 1);
    expect(await taken(name)).toBeUndefined();
    expect(existsSync(join(folder, name))).toBe(false);
    await put('a');
    expect(await taken(name)).toBe('a'.repeat(bytes));
  });

  test('a link, or a folder', async () => {
    const { folder, put, taken, newPath } = opened();
    await put('b');
    const elsewhere = newPath();
    writeFileSync(elsewhere, Buffer.alloc(bytes, 'x'));
    symlinkSync(elsewhere, join(folder, '2'.repeat(64)));
    mkdirSync(join(folder, '3'.repeat(64)));
    expect(await taken('2'.repeat(64))).toBeUndefined();
    expect(await taken('3'.repeat(64))).toBeUndefined();
    expect(readFileSync(elsewhere, 'latin1')).toBe('x'.repeat(bytes));
  });

  test('a file written before this machine was started', async () => {
    const { folder, put, taken } = opened();
    const name = await put('a');
    utimesSync(join(folder, name), new Date(), new Date('2001-01-01'));
    expect(await taken(name)).toBeUndefined();
  });

  test('a file in the place of the folder', async () => {
    const { folder, put, taken } = opened();
    writeFileSync(folder, 'mine');
    expect(await taken(await put('a'))).toBeUndefined();
    expect(readFileSync(folder, 'latin1')).toBe('mine');
  });

  test.skipIf(process.getuid?.() !== 0)('the folder of another user', async () => {
    const { folder, put, taken } = opened();
    const name = await put('a');
    chownSync(folder, 12_345, 12_345);
    expect(await taken(name)).toBeUndefined();
    const other = await put('b');
    chownSync(folder, 0, 0);
    expect(await taken(other)).toBeUndefined();
  });

  test('files of other names are left alone', async () => {
    const { folder, put } = opened(25_000);
    await put('a');
    writeFileSync(join(folder, 'letter.txt'), Buffer.alloc(30_000));
    utimesSync(join(folder, 'letter.txt'), 1, 1);
    for (const text of ['b', 'c', 'd', 'e']) await put(text);
    expect(existsSync(join(folder, 'letter.txt'))).toBe(true);
    expect(readdirSync(folder).length).toBeLessThan(5);
  });
});

test.each([
  ['nothing while there is room', 'a 30 1, b 30 2', 60, ''],
  ['the oldest, until there is some room again', 'a 30 1, b 30 3, c 30 2', 80, 'a'],
  ['more than one', 'a 30 1, b 30 3, c 30 2', 40, 'a c'],
  ['all', 'a 30 1', 10, 'a'],
])('evicted is %s', (_, cached, limitBytes, expected) => {
  const entries = cached.split(', ').map((each) => {
    const [name = '', size, usedMs] = each.split(' ');
    return { name, bytes: Number(size), usedMs: Number(usedMs) };
  });
  expect(entriesToEvict(entries, limitBytes).map((entry) => entry.name)).toEqual(
    expected === '' ? [] : expected.split(' '),
  );
});

test.each([
  ['a'.repeat(64), true],
  [`${'a'.repeat(64)}-footer`, true],
  [`${'a'.repeat(64)}-${'b'.repeat(64)}`, true],
  ['temporary-00000000-0000-0000-0000-000000000000', true],
  ['a'.repeat(63), false],
  ['part-0.parquet', false],
])('%s is the name of an entry: %s', (name, expected) => {
  expect(isEntryName(name)).toBe(expected);
});

test('processes that use one cache at once, too small for all, each find what is true', async () => {
  const parent = temporaryFolder();
  const run = promisify(execFile);
  const script = fileURLToPath(new URL('./fixtures/cache-user.ts', import.meta.url));
  const args = (seed: number): string[] => [
    '--conditions=daybook-source',
    script,
    parent,
    '400000',
    String(seed),
  ];
  const results = await Promise.all([1, 2, 3].map(async (seed) => await run(process.execPath, args(seed))));
  for (const { stdout } of results) expect(Number(stdout)).toBeGreaterThan(0);
  const left = readdirSync(join(parent, 'cache'));
  expect(left.length).toBeGreaterThan(0);
  // Each of the three may add a quarter of what it saw free before it looks again.
  expect(left.length * 40_960).toBeLessThan(2 * 400_000);
  expect(readdirSync(parent)).toEqual(['cache']);
});
