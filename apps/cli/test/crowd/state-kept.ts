import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { SchedulerClient } from '@daybook/scheduler';
import { schedulerClient } from '@daybook/scheduler';
import type { EndedAttempt } from './attempts-told.ts';

/** More than a round has. */
const most = 1000;

/** All that a scheduler tells of its state. */
export async function told(url: string, token: string): Promise<Readonly<Record<string, unknown>>> {
  const client = schedulerClient({ url, token });
  try {
    const { runs } = await client.runs({ limit: most });
    const tasks = await Promise.all(runs.map(async ({ run }) => [run, await client.tasks(run)]));
    const { attempts } = await client.attempts({ limit: most });
    return { runs, tasks: Object.fromEntries(tasks), attempts, ...(await client.ahead()) };
  } finally {
    client.close();
  }
}

/** What is told otherwise than it was before the scheduler was started anew. */
export function toldOtherwise(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  how: string,
): readonly string[] {
  return Object.keys(before)
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map(
      (name) =>
        `started again after ${how}, it tells of other ${name}: ${JSON.stringify(after[name])}, and told of ${JSON.stringify(before[name])}`,
    );
}

/** Waits until nobody has a lease any more: what was lost has been told so then. */
export async function noneHeld(client: SchedulerClient, withinMs: number): Promise<readonly string[]> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const held = (await client.workers()).workers.flatMap(({ attempts }) => attempts);
    if (held.length === 0) return [];
    if (Date.now() > untilMs) return held.map((attempt) => `${attempt} has not ended`);
    await wait(100);
  }
}

/** The attempts that have ended, and what is wrong with the file itself. */
export function readState(state: string): {
  readonly ended: readonly EndedAttempt[];
  readonly wrong: readonly string[];
} {
  const database = new DatabaseSync(join(state, 'journal.sqlite'), { readOnly: true });
  try {
    const problems = database.prepare('PRAGMA integrity_check').all();
    const wrong = problems.map((row) => String(row['integrity_check'])).filter((each) => each !== 'ok');
    const ended = database
      .prepare('SELECT * FROM attempts')
      .all()
      .map((row) => ({
        attempt: String(row['attempt']),
        task: String(row['task']),
        worker: String(row['worker']),
        startedMs: Number(row['started_ms']),
        endedMs: Number(row['ended_ms']),
        end: JSON.parse(String(row['facts'])) as EndedAttempt['end'],
      }));
    return { ended, wrong };
  } finally {
    database.close();
  }
}
