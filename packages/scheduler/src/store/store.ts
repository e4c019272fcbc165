import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { DaybookError } from '@daybook/core';
import type { Acknowledged } from './acknowledged.ts';
import { acknowledgedIn, acknowledgedPath } from './acknowledged.ts';
import { chained, snapshotDigest } from './chain.ts';
import { damaged, stateFailure } from './failures.ts';
import type { AttemptRow, AttemptsAsked, EndedRun, History } from './history.ts';
import { historyIn } from './history.ts';
import { lockState } from './lock.ts';
import { applicationId, createTables, formatVersion } from './tables.ts';

/** A request that changed the state, as JSON, with the time it was given. `seq` counts them from 1 without a gap. */
export interface Entry {
  readonly seq: number;
  readonly atMs: number;
  readonly request: string;
  /** The digest of the answer that it got, so that playing it back can be held against it. */
  readonly answer: string;
}

/** What becomes durable at once: all of it or nothing. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly runs: readonly EndedRun[];
  readonly attempts: readonly AttemptRow[];
}

/** Where a server begins: the newest snapshot, if there is one, and what came after it. */
export interface Loaded {
  readonly snapshot: { readonly seq: number; readonly state: string } | undefined;
  readonly entries: readonly Entry[];
}

/**
 * A state folder, opened by this process alone. Every function waits for the disk, and throws a `DaybookError` that says what
 * to do where the disk refuses.
 */
export interface Store {
  load(): Loaded;
  /** Returns once all of it is on the disk. */
  append(batch: Batch): void;
  /** Keeps a snapshot of the state after the entry `seq`, and cuts off the journal behind it. */
  snapshot(seq: number, atMs: number, state: string): void;
  /** Forgets the runs and attempts that ended before, and gives free pages back to the disk. */
  prune(beforeMs: number): number;
  attempts(asked: AttemptsAsked): readonly AttemptRow[];
  endedRuns(limit: number): readonly EndedRun[];
  endedRun(run: string): EndedRun | undefined;
  /** Opens the file anew after a failed write and loads what is really there. */
  reopen(): Loaded;
  close(): void;
}

interface Open {
  readonly database: DatabaseSync;
  readonly history: History;
  readonly insertEntry: StatementSync;
  /** The digest of the last entry, from which the next one goes on. */
  chain: string;
}

/**
 * Opens `folder`, which is made if it is not there. One server at a time: another is refused with `state-in-use`. A file that
 * a newer Daybook has written is refused with `state-too-new`, and one that is damaged with `state-damaged`.
 */
export function openStore(folder: string): Store {
  return guarded(folder, () => {
    makeFolder(folder);
    const lock = lockState(folder);
    try {
      return storeIn(folder, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

function storeIn(folder: string, lock: { release(): void }): Store {
  const acknowledged = acknowledgedIn(folder);
  let open: Open;
  let loaded: Loaded;
  try {
    ({ open, loaded } = opened(folder, acknowledged));
  } catch (error) {
    acknowledged.close();
    throw error;
  }
  const transaction = (act: () => void): void =>
    guarded(folder, () => {
      const { chain } = open;
      try {
        open.database.exec('BEGIN IMMEDIATE');
        act();
        open.database.exec('COMMIT');
      } catch (error) {
        open.chain = chain;
        rollBack(open.database);
        throw error;
      }
    });
  return {
    load: () => loaded,
    append({ entries, runs, attempts }) {
      transaction(() => {
        for (const entry of entries) {
          open.chain = chained(open.chain, entry);
          open.insertEntry.run(entry.seq, entry.atMs, entry.request, entry.answer, open.chain);
        }
        open.history.keep(runs, attempts);
      });
      const last = entries.at(-1);
      if (last !== undefined) tryTo(() => acknowledged.write(last.seq));
    },
    snapshot(seq, atMs, state) {
      transaction(() => {
        const { database } = open;
        const chain = chainAt(database, seq) ?? open.chain;
        database.prepare('DELETE FROM snapshots').run();
        database
          .prepare('INSERT INTO snapshots (seq, at_ms, state, chain, digest) VALUES (?, ?, ?, ?, ?)')
          .run(seq, atMs, state, chain, snapshotDigest(chain, state));
        database.prepare('DELETE FROM entries WHERE seq <= ?').run(seq);
      });
      tryTo(() => acknowledged.sync());
    },
    prune(beforeMs) {
      let pruned = 0;
      transaction(() => {
        pruned = open.history.prune(beforeMs);
      });
      // A part at a time, so that no request waits long for it.
      guarded(folder, () => open.database.prepare('PRAGMA incremental_vacuum(2000)').all());
      return pruned;
    },
    attempts: (asked) => guarded(folder, () => open.history.attempts(asked)),
    endedRun: (run) => guarded(folder, () => open.history.endedRun(run)),
    endedRuns: (limit) => guarded(folder, () => open.history.endedRuns(limit)),
    reopen() {
      tryTo(() => open.database.close());
      return guarded(folder, () => {
        ({ open, loaded } = opened(folder, acknowledged));
        // What the kernel may have dropped is written once more before anything is built on it.
        const checkpoint = open.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
        if (checkpoint?.['busy'] === 1) throw damaged(folder, 'its log cannot be written back');
        return loaded;
      });
    },
    close() {
      tryTo(() => acknowledged.sync());
      acknowledged.close();
      tryTo(() => open.database.close());
      lock.release();
    },
  };
}

/** Opens the file and loads what is in it; one that is refused is closed again. */
function opened(folder: string, acknowledged: Acknowledged): { open: Open; loaded: Loaded } {
  const open = openFile(folder);
  try {
    return { open, loaded: load(open, folder, acknowledged) };
  } catch (error) {
    tryTo(() => open.database.close());
    throw error;
  }
}

function openFile(folder: string): Open {
  const path = join(folder, 'journal.sqlite');
  const known = existsSync(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    if (known) refuseStrangers(database, folder);
    // Not locked exclusively, though one server writes it: backups read it meanwhile.
    database.exec(
      'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864',
    );
    if (numberOf(database, 'user_version') === 0) createTables(database);
    const [problem] = database.prepare('PRAGMA quick_check(1)').all();
    if (problem?.['quick_check'] !== 'ok') throw damaged(folder, String(problem?.['quick_check']));
    return {
      database,
      history: historyIn(database),
      insertEntry: database.prepare(
        'INSERT INTO entries (seq, at_ms, request, answer, digest) VALUES (?, ?, ?, ?, ?)',
      ),
      chain: '',
    };
  } catch (error) {
    tryTo(() => database.close());
    throw error;
  }
}

function refuseStrangers(database: DatabaseSync, folder: string): void {
  const version = numberOf(database, 'user_version');
  if (version > formatVersion) {
    throw new DaybookError(
      'state-too-new',
      `The journal in ${folder} has the format ${version}, and this Daybook knows up to ${formatVersion}: install the newer Daybook that wrote it, or restore a backup from before the upgrade.`,
    );
  }
  if (version !== 0 && numberOf(database, 'application_id') !== applicationId)
    throw damaged(folder, 'journal.sqlite is no file of Daybook');
}

/** Reads what there is and holds it against its digests. */
function load(open: Open, folder: string, acknowledged: Acknowledged): Loaded {
  const row = open.database.prepare('SELECT * FROM snapshots ORDER BY seq DESC LIMIT 1').get();
  let seq = 0;
  let snapshot: Loaded['snapshot'];
  if (row !== undefined) {
    seq = Number(row['seq']);
    const state = String(row['state']);
    open.chain = String(row['chain']);
    if (snapshotDigest(open.chain, state) !== row['digest'])
      throw damaged(folder, 'its snapshot is not what was written');
    snapshot = { seq, state };
  }
  const entries: Entry[] = [];
  for (const each of open.database.prepare('SELECT * FROM entries WHERE seq > ? ORDER BY seq').iterate(seq)) {
    const entry = {
      seq: Number(each['seq']),
      atMs: Number(each['at_ms']),
      request: String(each['request']),
      answer: String(each['answer']),
    };
    if (entry.seq !== seq + 1) throw damaged(folder, `entry ${seq + 1} is missing`);
    open.chain = chained(open.chain, entry);
    if (open.chain !== each['digest']) throw damaged(folder, `entry ${entry.seq} is not what was written`);
    seq = entry.seq;
    entries.push(entry);
  }
  const answered = acknowledged.read();
  if (answered > seq)
    throw damaged(
      folder,
      `requests up to ${answered} were answered and it ends with ${seq}. If you have restored an older backup, remove ${acknowledgedPath(folder)} and start again; else`,
    );
  return { snapshot, entries };
}

function chainAt(database: DatabaseSync, seq: number): string | undefined {
  const row = database.prepare('SELECT digest FROM entries WHERE seq = ?').get(seq);
  return row === undefined ? undefined : String(row['digest']);
}

/** Makes a folder that is there after a loss of power too. */
function makeFolder(folder: string): void {
  const path = resolve(folder);
  const made = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  const above = openSync(dirname(made), 'r');
  fsyncSync(above);
  closeSync(above);
}

function numberOf(database: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

function rollBack(database: DatabaseSync): void {
  // SQLite has often rolled back by itself already.
  tryTo(() => database.exec('ROLLBACK'));
}

function guarded<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw stateFailure(folder, error);
  }
}

function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // What is tried is for later or for people: nothing that must hold hangs on it.
  }
}
