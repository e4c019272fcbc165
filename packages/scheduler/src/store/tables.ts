import type { DatabaseSync } from 'node:sqlite';

/** What marks the file as Daybook's: the letters `DAYB`. */
export const applicationId = 0x44_41_59_42;

/** Raised with every change of the tables. A file of a higher one is not touched. */
export const formatVersion = 1;

/**
 * `entries` is the journal behind the newest snapshot, `runs` and `attempts` are for people. All are written in the one
 * transaction that makes a request durable. The random ids of attempts have no index: rows and keys that are written together lie together,
 * so that a commit is a few pages and not a hundred.
 */
const tables = `
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE TABLE snapshots (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    chain TEXT NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    submitted_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_ended ON runs (ended_ms);
  CREATE TABLE attempts (
    attempt TEXT NOT NULL,
    run TEXT NOT NULL,
    task TEXT NOT NULL,
    number INTEGER NOT NULL,
    worker TEXT NOT NULL,
    runner TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX attempts_task ON attempts (task, started_ms);
  CREATE INDEX attempts_run ON attempts (run, started_ms);
  CREATE INDEX attempts_ended ON attempts (ended_ms);
`;

/** Makes the tables in a new file. It is a transaction: a file has all of them, or is still a new one. */
export function createTables(database: DatabaseSync): void {
  database.exec(
    `BEGIN IMMEDIATE; ${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}; COMMIT`,
  );
}
