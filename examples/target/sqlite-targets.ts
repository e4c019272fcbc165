import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Part, Range, Stage, Target } from '@daybook/core';
import { attemptPath, DaybookError, splitTaskId } from '@daybook/core';

export interface SqliteTargetsOptions {
  /** The database, a path. The file is made if it is not there; its folder must be. */
  readonly file: string;
}

/**
 * One SQLite file as the home of the data: for small data that is to be copied as one file. Several processes on one machine
 * may use it at once.
 */
export function sqliteTargets(options: SqliteTargetsOptions): Target {
  const root = `sqlite:${pathToFileURL(resolve(options.file)).href.slice('file:'.length)}/`;
  let opened: DatabaseSync | undefined;
  /** A configuration has no side effects, so the file is opened when it is first asked for. */
  const query = (text: string, ...values: readonly SQLInputValue[]): readonly Row[] => {
    try {
      opened ??= open(options.file);
      return opened.prepare(text).all(...values) as unknown as readonly Row[];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DaybookError('target-failed', `The database ${options.file} refuses: ${why}.`, {
        cause: error,
      });
    }
  };
  const target: Target = {
    name: root,
    async *taskNames() {
      for (const { name } of query('SELECT DISTINCT name FROM manifest')) yield name;
    },
    async *currentVersions(under) {
      const newest = 'SELECT task, max(version) AS version FROM manifest WHERE name = ? GROUP BY task';
      for (const { task, version } of query(newest, under)) yield { task, version };
    },
    async currentVersion(task) {
      const [row] = query('SELECT max(version) AS version FROM manifest WHERE task = ?', task);
      return row?.version ?? 0;
    },
    async readManifest(task, version) {
      const [row] = query('SELECT bytes FROM manifest WHERE task = ? AND version = ?', task, version);
      return row?.bytes;
    },
    async createManifest(task, version, bytes) {
      // The primary key decides among all who try, in whatever process: whoever gets a row back has made it.
      const insert = 'INSERT INTO manifest VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING version';
      const created = query(insert, task, splitTaskId(task).name, version, bytes);
      return created.length === 1 ? 'created' : 'exists';
    },
    stage: (task, attempt) => stageOf(root, task, attempt, query),
    async *read(part, ranges) {
      yield* piecesOf(query('SELECT bytes, tag FROM file WHERE path = ?', part.path)[0], part, ranges);
    },
    async *attempts(under) {
      const newest =
        'SELECT task, attempt, max(written_ms) AS newest FROM file WHERE name = ? GROUP BY task, attempt';
      for (const { task, attempt, newest: newestMs } of query(newest, under))
        yield { task, attempt, newestMs };
    },
    async remove({ task, attempt }) {
      query('DELETE FROM file WHERE task = ? AND attempt = ?', task, attempt);
    },
  };
  return Object.freeze(target);
}

/** What the columns of all queries are. */
interface Row {
  readonly task: string;
  readonly name: string;
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly attempt: string;
  readonly tag: string;
  readonly newest: number;
  readonly size: number;
}

type Query = (text: string, ...values: readonly SQLInputValue[]) => readonly Row[];

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 60_000 });
  // With `synchronous = FULL` what has been written survives a loss of power: nothing is left for `sync` to do.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS manifest (task TEXT, name TEXT, version INTEGER, bytes BLOB, PRIMARY KEY (task, version));
    CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, task TEXT, name TEXT, attempt TEXT, bytes BLOB, tag TEXT,
      written_ms INTEGER);
    CREATE INDEX IF NOT EXISTS manifest_name ON manifest (name);
    CREATE INDEX IF NOT EXISTS file_attempt ON file (name, task, attempt)`);
  return database;
}

function stageOf(root: string, task: string, attempt: string, query: Query): Stage {
  const { name, segment } = splitTaskId(task);
  const path = attemptPath(name, segment, attempt);
  return {
    uri: `${root}${path}`,
    path,
    async write(file, chunks) {
      const all: Uint8Array[] = [];
      for await (const chunk of chunks) all.push(chunk);
      const bytes = Buffer.concat(all);
      const tag = createHash('sha256').update(bytes).digest('hex');
      const insert = 'INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)';
      query(insert, `${path}${file}`, task, name, attempt, bytes, tag, Date.now());
      return { name: file, bytes: bytes.length, tag };
    },
    async sync(files) {
      return files.map((file) => {
        const [row] = query('SELECT length(bytes) AS size, tag FROM file WHERE path = ?', `${path}${file}`);
        if (row === undefined) throw new DaybookError('target-failed', `${path}${file} was never written.`);
        return { name: file, bytes: row.size, tag: row.tag };
      });
    },
  };
}

function* piecesOf(
  row: Row | undefined,
  part: Part,
  ranges: readonly Range[] | undefined,
): Iterable<Uint8Array> {
  if (row?.bytes.length !== part.bytes || (part.tag !== undefined && part.tag !== row.tag)) {
    const found = row === undefined ? 'is not there' : 'is not the one that was recorded';
    throw new DaybookError(
      'part-damaged',
      `The part ${part.path} ${found}: make its task again with --force.`,
    );
  }
  for (const { start, length } of ranges ?? [{ start: 0, length: part.bytes }])
    if (length > 0) yield row.bytes.subarray(start, start + length);
}
