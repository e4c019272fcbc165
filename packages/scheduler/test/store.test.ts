import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DaybookError } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import { groupCommit } from '../src/store/journal.ts';
import type { Batch, Entry, Store } from '../src/store/store.ts';
import { openStore } from '../src/store/store.ts';
import { emptyFolder } from './running.ts';

const entryOf = (seq: number, request = `{"seq":${seq}}`): Entry => ({
  seq,
  atMs: 1000 + seq,
  request,
  answer: `answer ${seq}`,
});

const batchOf = (...entries: readonly Entry[]): Batch => ({ entries, runs: [], attempts: [] });

function opened(folder: string): Store {
  const store = openStore(folder);
  onTestFinished(() => store.close());
  return store;
}

/** A folder as a `kill -9` leaves it: nothing was closed, and the log of SQLite is not written back. */
function killedWith(...entries: readonly Entry[]): string {
  const [folder, killed] = [emptyFolder(), emptyFolder()];
  const store = openStore(folder);
  for (const each of entries) store.append(batchOf(each));
  cpSync(folder, killed, { recursive: true });
  store.close();
  return killed;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof DaybookError ? `${error.code}: ${error.message}` : `strange: ${String(error)}`;
  }
  return 'nothing was thrown';
}

test('what was appended is there after a kill, in order', () => {
  const entries = [entryOf(1), entryOf(2, '{"text":"é\\u0000"}'), entryOf(3)];
  expect(opened(killedWith(...entries)).load()).toEqual({ snapshot: undefined, entries });
});

test('a snapshot cuts off the journal behind it, and what came after is played back', () => {
  const folder = emptyFolder();
  const store = openStore(folder);
  store.append(batchOf(entryOf(1), entryOf(2), entryOf(3)));
  store.snapshot(2, 5000, '{"state":1}');
  store.append(batchOf(entryOf(4)));
  store.close();
  expect(opened(folder).load()).toEqual({
    snapshot: { seq: 2, state: '{"state":1}' },
    entries: [entryOf(3), entryOf(4)],
  });
});

test('a second server of one folder is refused, and the lock goes with its process', () => {
  const folder = emptyFolder();
  const store = openStore(folder);
  expect(codeOf(() => openStore(folder))).toMatch(/^state-in-use: .*process \d+/);
  store.close();
  const child = spawnSync(
    process.execPath,
    ['--conditions=daybook-source', '--input-type=module', '-e', holdAndDie(folder)],
    { encoding: 'utf8' },
  );
  expect(child.stdout, child.stderr).toContain('held');
  expect(child.signal).toBe('SIGKILL');
  expect(opened(folder).load().entries).toEqual([]);
});

function holdAndDie(folder: string): string {
  const store = new URL('../src/store/store.ts', import.meta.url).href;
  return `
    const { openStore } = await import(${JSON.stringify(store)});
    openStore(${JSON.stringify(folder)});
    const { writeSync } = await import('node:fs');
    writeSync(1, 'held');
    process.kill(process.pid, 'SIGKILL');
  `;
}

test('a batch that cannot be written whole is not written at all', () => {
  const folder = emptyFolder();
  const store = openStore(folder);
  store.append(batchOf(entryOf(1)));
  expect(codeOf(() => store.append(batchOf(entryOf(2), entryOf(1))))).toMatch(/^write-failed/);
  store.append(batchOf(entryOf(2)));
  store.close();
  expect(opened(folder).load().entries).toEqual([entryOf(1), entryOf(2)]);
});

test('a file of a newer format is refused and not touched', () => {
  const folder = emptyFolder();
  openStore(folder).close();
  const path = join(folder, 'journal.sqlite');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const before = readFileSync(path);
  expect(codeOf(() => openStore(folder))).toMatch(/^state-too-new: .*format 99/);
  expect(readFileSync(path)).toEqual(before);
});

test.each([
  ['changed', "UPDATE entries SET request = '{}' WHERE seq = 2", 'entry 2 is not what was written'],
  ['told otherwise', "UPDATE entries SET answer = 'x' WHERE seq = 2", 'entry 2 is not what was written'],
  ['removed', 'DELETE FROM entries WHERE seq = 2', 'entry 2 is missing'],
  ['moved in time', 'UPDATE entries SET at_ms = at_ms + 1 WHERE seq = 3', 'entry 3 is not'],
  ['cut off', 'DELETE FROM entries WHERE seq = 3', 'requests up to 3 were answered and it ends with 2'],
])('an entry that was %s is damage', (_, sql, told) => {
  const folder = emptyFolder();
  const store = openStore(folder);
  store.append(batchOf(entryOf(1), entryOf(2), entryOf(3)));
  store.close();
  const database = new DatabaseSync(join(folder, 'journal.sqlite'));
  database.exec(sql);
  database.close();
  expect(codeOf(() => openStore(folder))).toMatch(/^state-damaged: /);
  expect(codeOf(() => openStore(folder))).toContain(told);
});

test('a snapshot that was changed is damage', () => {
  const folder = emptyFolder();
  const store = openStore(folder);
  store.append(batchOf(entryOf(1)));
  store.snapshot(1, 5000, '{"state":1}');
  store.close();
  const database = new DatabaseSync(join(folder, 'journal.sqlite'));
  database.exec(`UPDATE snapshots SET state = '{"state":2}'`);
  database.close();
  expect(codeOf(() => openStore(folder))).toMatch(/^state-damaged: .*snapshot/);
});

test('a folder that is refused is left with no file open', () => {
  const folder = killedWith(entryOf(1), entryOf(2));
  writeFileSync(join(folder, 'acknowledged'), '0000000000000003');
  expect(() => openStore(folder)).toThrow(expect.objectContaining({ code: 'state-damaged' }));
  const files = readdirSync('/proc/self/fd').map((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`);
    } catch {
      return '';
    }
  });
  expect(files.filter((file) => file.startsWith(folder))).toEqual([]);
});

test('a torn write that nobody was told of is dropped, and the server starts', () => {
  const killed = killedWith(entryOf(1), entryOf(2), entryOf(3));
  // As if the power had gone in the middle of the commit of entry 3: its frames are there in part, nobody was told.
  const log = join(killed, 'journal.sqlite-wal');
  truncateSync(log, statSync(log).size - 2000);
  writeFileSync(join(killed, 'acknowledged'), '0000000000000002');
  expect(opened(killed).load().entries).toEqual([entryOf(1), entryOf(2)]);
});

test('a damaged end of the log that had been answered is damage, though SQLite drops it in silence', () => {
  const killed = killedWith(entryOf(1), entryOf(2), entryOf(3));
  const log = join(killed, 'journal.sqlite-wal');
  const bytes = readFileSync(log);
  bytes.fill(0x55, bytes.length - 3000, bytes.length - 1000);
  writeFileSync(log, bytes);
  expect(codeOf(() => openStore(killed))).toMatch(
    /^state-damaged: .*requests up to 3 were answered and it ends with 2/,
  );
});

test('a damaged page of the file is damage, whichever page it is', () => {
  const whole = emptyFolder();
  const store = openStore(whole);
  for (let seq = 1; seq <= 200; seq += 1) store.append(batchOf(entryOf(seq, 'x'.repeat(500))));
  store.close();
  const bytes = readFileSync(join(whole, 'journal.sqlite'));
  expect(existsSync(join(whole, 'journal.sqlite-wal'))).toBe(false);
  const found = new Set<string>();
  for (let page = 0; page < bytes.length; page += 4096) {
    const folder = emptyFolder();
    const damagedBytes = Buffer.from(bytes);
    damagedBytes.fill(0x5a, page, page + 4096);
    writeFileSync(join(folder, 'journal.sqlite'), damagedBytes);
    copyFileSync(join(whole, 'acknowledged'), join(folder, 'acknowledged'));
    found.add(codeOf(() => openStore(folder)).slice(0, 13));
  }
  expect([...found]).toEqual(['state-damaged']);
});

test('a file that is no database is damage', () => {
  const folder = emptyFolder();
  writeFileSync(
    join(folder, 'journal.sqlite'),
    'This is a letter and no database, and long enough to be sure of that.'.repeat(20),
  );
  expect(codeOf(() => openStore(folder))).toMatch(/^state-damaged/);
});

test('the history forgets what ended before, and the file gets smaller', () => {
  const folder = emptyFolder();
  const store = openStore(folder);
  const facts = JSON.stringify({ kind: 'published', padding: 'x'.repeat(2000) });
  const attempts = Array.from({ length: 3000 }, (_, index) => ({
    attempt: `a${index}`,
    run: `r${index % 10}`,
    task: `t${index % 100}`,
    number: 1,
    worker: 'w',
    runner: 'local',
    startedMs: index,
    endedMs: index,
    outcome: 'published',
    facts,
  }));
  store.append({ entries: [entryOf(1)], runs: [], attempts });
  store.close();
  const before = statSync(join(folder, 'journal.sqlite')).size;
  const again = openStore(folder);
  expect(again.attempts({ task: 't7', limit: 2 }).map(({ attempt }) => attempt)).toEqual(['a2907', 'a2807']);
  expect(again.attempts({ run: 'r1', task: 't11', limit: 1 }).map(({ attempt }) => attempt)).toEqual([
    'a2911',
  ]);
  expect(again.prune(2900)).toBe(2900);
  expect(again.attempts({ limit: 1000 })).toHaveLength(100);
  again.close();
  expect(statSync(join(folder, 'journal.sqlite')).size).toBeLessThan(before / 2);
});

test('what comes while a commit is under way shares the next one', async () => {
  const commits: { readonly seqs: readonly number[]; end(): void }[] = [];
  const { append } = groupCommit(
    ({ entries }) =>
      new Promise<void>((resolve) => commits.push({ seqs: entries.map(({ seq }) => seq), end: resolve })),
  );
  const kept: number[] = [];
  const ask = (seq: number): void => void append(batchOf(entryOf(seq))).then(() => kept.push(seq));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  ask(1);
  ask(2);
  await turn();
  ask(3);
  ask(4);
  await turn();
  expect(commits.map(({ seqs }) => seqs)).toEqual([[1, 2]]);
  expect(kept).toEqual([]);
  commits[0]?.end();
  await turn();
  expect(kept).toEqual([1, 2]);
  expect(commits.map(({ seqs }) => seqs)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  commits[1]?.end();
  await turn();
  ask(5);
  await turn();
  expect(commits.at(-1)?.seqs).toEqual([5]);
});

test('a commit that fails takes with it all that was given since it began', async () => {
  const fails: (() => void)[] = [];
  const { append } = groupCommit(
    () => new Promise((_, reject) => fails.push(() => reject(new Error('full')))),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const first = append(batchOf(entryOf(1)));
  await turn();
  const second = append(batchOf(entryOf(2)));
  const settled = Promise.allSettled([first, second]);
  fails[0]?.();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(fails).toHaveLength(1);
});
