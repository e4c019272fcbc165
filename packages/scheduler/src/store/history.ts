import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

/** A run that has ended, for people. Times are milliseconds since 1970. */
export interface EndedRun {
  readonly run: string;
  readonly submittedMs: number;
  readonly endedMs: number;
  readonly outcome: string;
  /** All that is known of it, as JSON. */
  readonly facts: string;
}

/** An attempt that has ended, for people. Times are milliseconds since 1970. */
export interface AttemptRow {
  readonly attempt: string;
  readonly run: string;
  readonly task: string;
  readonly number: number;
  readonly worker: string;
  readonly runner: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: string;
  /** How it ended, as JSON. */
  readonly facts: string;
}

export interface AttemptsAsked {
  readonly run?: string;
  readonly task?: string;
  readonly limit: number;
}

export interface History {
  keep(runs: readonly EndedRun[], attempts: readonly AttemptRow[]): void;
  /** Newest first. */
  attempts(asked: AttemptsAsked): readonly AttemptRow[];
  endedRuns(limit: number): readonly EndedRun[];
  endedRun(run: string): EndedRun | undefined;
  /** How many rows it forgot. */
  prune(beforeMs: number): number;
}

export function historyIn(database: DatabaseSync): History {
  const keepRun = database.prepare('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)');
  const keepAttempt = database.prepare('INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    keep(runs, attempts) {
      for (const { run, submittedMs, endedMs, outcome, facts } of runs)
        keepRun.run(run, submittedMs, endedMs, outcome, facts);
      for (const each of attempts) {
        const { attempt, run, task, number, worker, runner, startedMs, endedMs, outcome, facts } = each;
        keepAttempt.run(attempt, run, task, number, worker, runner, startedMs, endedMs, outcome, facts);
      }
    },
    attempts({ run, task, limit }) {
      const conditions = [
        ...(run === undefined ? [] : ['run = :run']),
        ...(task === undefined ? [] : ['task = :task']),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      return database
        .prepare(`SELECT * FROM attempts ${where} ORDER BY started_ms DESC, number DESC LIMIT :limit`)
        .all({ ...(run === undefined ? {} : { run }), ...(task === undefined ? {} : { task }), limit })
        .map((row) => ({
          attempt: String(row['attempt']),
          run: String(row['run']),
          task: String(row['task']),
          number: Number(row['number']),
          worker: String(row['worker']),
          runner: String(row['runner']),
          startedMs: Number(row['started_ms']),
          endedMs: Number(row['ended_ms']),
          outcome: String(row['outcome']),
          facts: String(row['facts']),
        }));
    },
    endedRuns: (limit) =>
      database.prepare('SELECT * FROM runs ORDER BY ended_ms DESC LIMIT ?').all(limit).map(runOf),
    endedRun(run) {
      const row = database.prepare('SELECT * FROM runs WHERE run = ?').get(run);
      return row === undefined ? undefined : runOf(row);
    },
    prune(beforeMs) {
      const gone = ['attempts', 'runs'].map((table) =>
        Number(database.prepare(`DELETE FROM ${table} WHERE ended_ms < ?`).run(beforeMs).changes),
      );
      return gone.reduce((sum, each) => sum + each, 0);
    },
  };
}

function runOf(row: Readonly<Record<string, SQLOutputValue>>): EndedRun {
  return {
    run: String(row['run']),
    submittedMs: Number(row['submitted_ms']),
    endedMs: Number(row['ended_ms']),
    outcome: String(row['outcome']),
    facts: String(row['facts']),
  };
}
