import { DaybookError } from './errors.ts';
import type { AttemptFate } from './garbage.ts';
import { fateOf, readVersions, versionOfAttempt } from './garbage.ts';
import { inParallel } from './manifest-store.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './manifest.ts';
import type { AttemptRef, Target } from './target.ts';
import type { TaskId, TaskName } from './task.ts';

/** An attempt that no version is made of, and what may become of it. */
export interface Leftover extends AttemptRef {
  readonly fate: Exclude<AttemptFate, 'named'>;
}

/** A task whose attempts all stay, because a manifest that may name them cannot be read. */
export interface UnreadableVersions {
  readonly task: TaskId;
  readonly why: string;
}

export type LeftoverFinding =
  | { readonly kind: 'leftover'; readonly leftover: Leftover }
  | { readonly kind: 'unreadable'; readonly unreadable: UnreadableVersions };

export interface LeftoverOptions {
  /** Attempts at a version that is not there yet count as expired when they were last written before this time. */
  readonly expiredBeforeMs?: number;
}

const msPerDay = 24 * 3_600_000;
/** No worker publishes an attempt that began over a day ago; the second day is for clocks that differ and machines that pause. */
export const leastDaysToExpire = 2;

/** The time before which an attempt was last written to be older than `days`. */
export function expiredBefore(days: number, nowMs: number): number {
  if (Number.isFinite(days) && days >= leastDaysToExpire) return nowMs - days * msPerDay;
  throw new DaybookError(
    'usage',
    `What was written in the last ${leastDaysToExpire} days may still be published: give ${leastDaysToExpire} days or more, not ${days}.`,
  );
}

/** How many tasks' versions are read at once, and how many attempts are kept in memory meanwhile. */
const concurrentTasks = 16;
const concurrentReads = 4;
const attemptsAtOnce = 2000;

/**
 * Finds the attempts at tasks of these names that no version is made of. It reads through the interface of a target alone,
 * and may go on while others run: see `fateOf`. What it keeps in memory does not grow with what is stored, but for the number
 * of tasks of one name.
 */
export async function* findLeftovers(
  target: Target,
  names: Iterable<TaskName>,
  options: LeftoverOptions = {},
): AsyncGenerator<LeftoverFinding> {
  for (const name of names) {
    const newest = new Map<TaskId, number>();
    for await (const { task, version } of target.currentVersions(name)) newest.set(task, version);
    let batch: AttemptRef[] = [];
    for await (const attempt of target.attempts(name)) {
      if (versionOfAttempt(attempt) === undefined) continue;
      batch.push(attempt);
      if (batch.length < attemptsAtOnce) continue;
      yield* await judged(target, batch, newest, options);
      batch = [];
    }
    yield* await judged(target, batch, newest, options);
  }
}

/**
 * Removes a leftover, and says whether it did: one that is open stays, and so does an expired one whose version has come into
 * being since it was found.
 */
export async function removeLeftover(target: Target, leftover: Leftover): Promise<boolean> {
  if (leftover.fate === 'open') return false;
  if (leftover.fate === 'expired') {
    const version = versionOfAttempt(leftover) ?? 0;
    if ((await target.readManifest(leftover.task, version)) !== undefined) return false;
  }
  await target.remove(leftover);
  return true;
}

async function judged(
  target: Target,
  attempts: readonly AttemptRef[],
  newest: ReadonlyMap<TaskId, number>,
  { expiredBeforeMs }: LeftoverOptions,
): Promise<readonly LeftoverFinding[]> {
  const byTask = Map.groupBy(attempts, ({ task }) => task);
  const found = new Map<TaskId, readonly LeftoverFinding[]>();
  await inParallel([...byTask], concurrentTasks, async ([task, its]) => {
    const manifests = await manifestsOf(target, task, newest.get(task) ?? 0);
    if ('why' in manifests) {
      found.set(task, [{ kind: 'unreadable', unreadable: { task, why: manifests.why } }]);
      return;
    }
    const versions = readVersions(manifests.all);
    const leftovers = its.flatMap((attempt): readonly LeftoverFinding[] => {
      const fate = fateOf(attempt, versions, expiredBeforeMs);
      return fate === 'named' ? [] : [{ kind: 'leftover', leftover: { ...attempt, fate } }];
    });
    found.set(task, leftovers);
  });
  return [...byTask.keys()].flatMap((task) => found.get(task) ?? []);
}

async function manifestsOf(
  target: Target,
  task: TaskId,
  newest: number,
): Promise<{ readonly all: readonly Manifest[] } | { readonly why: string }> {
  const all: Manifest[] = [];
  let why: string | undefined;
  const versions = Array.from({ length: newest }, (_, index) => index + 1);
  await inParallel(versions, concurrentReads, async (version) => {
    const bytes = await target.readManifest(task, version);
    try {
      if (bytes === undefined) why = `Version ${version} of ${task} is missing, and a newer one is there.`;
      else all[version - 1] = parseManifest(bytes, task, version);
    } catch (error) {
      if (!(error instanceof DaybookError)) throw error;
      why = error.message;
    }
  });
  return why === undefined ? { all } : { why };
}
