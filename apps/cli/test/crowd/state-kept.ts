import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { EndedAttempt, SchedulerClient } from '@daybook/scheduler';
import { schedulerClient } from '@daybook/scheduler';

/** More than a round has. */
const most = 1000;

/** An attempt that has ended, with what is looked at of its end. */
export type AttemptTold = EndedAttempt & {
  readonly end: {
    readonly kind: string;
    readonly version?: number;
    readonly error?: { readonly code: string };
  };
};

/** All that a scheduler tells of its state. */
export interface Told {
  readonly runs: unknown;
  readonly tasks: unknown;
  readonly attempts: readonly AttemptTold[];
  readonly ahead: unknown;
}

export async function told(url: string, token: string): Promise<Told> {
  const client = schedulerClient({ url, token });
  try {
    const { runs } = await client.runs({ limit: most });
    const tasks = await Promise.all(runs.map(async ({ run }) => [run, await client.tasks(run)]));
    const attempts = (await client.attempts({ limit: most })).attempts as readonly AttemptTold[];
    return { runs, tasks: Object.fromEntries(tasks), attempts, ...(await client.ahead()) };
  } finally {
    client.close();
  }
}

/** What is told otherwise than it was before the scheduler was started anew. */
export function toldOtherwise(before: Told, after: Told, how: string): readonly string[] {
  return (Object.keys(before) as (keyof Told)[])
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

/** What is wrong with the file of the journal itself. */
export function wrongFile(state: string): readonly string[] {
  const database = new DatabaseSync(join(state, 'journal.sqlite'), { readOnly: true });
  try {
    const problems = database.prepare('PRAGMA integrity_check').all();
    return problems.map((row) => String(row['integrity_check'])).filter((each) => each !== 'ok');
  } finally {
    database.close();
  }
}
