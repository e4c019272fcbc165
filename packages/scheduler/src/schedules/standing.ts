import type { RunOutcome, Schedule } from '@daybook/core';
import type { DueTimes } from './due-times.ts';

/** How a schedule stands: all that is kept of it. Plain JSON. */
export interface Standing {
  /** What it was counted by: another expression or zone counts anew. */
  readonly cron: string;
  readonly zone: string;
  /** Every due time through this one has been decided on. At first: when it began to count. */
  readonly handledMs: number;
  /** All that was due through this time is well: its run, or a later one, ended `ok`. At first: when it began to count. */
  readonly okMs: number;
  /** The due time whose run has begun and has not ended. */
  readonly openMs?: number;
  /** The due time whose run begins when the open one has ended. */
  readonly waitingMs?: number;
}

/** What becomes of a due time. */
export interface Decision {
  readonly kind: 'run' | 'wait' | 'pass-over';
  readonly dueMs: number;
  /** The first of the due times that were missed and are caught up by this one. */
  readonly missedMs?: number;
  /** The due time that waited and gives way to this one. */
  readonly replacedMs?: number;
  readonly standing: Standing;
}

/** How a schedule stands at the start, by how it stood; one that is new, was away, or was due at other times counts from now. */
export function standingAtStart(
  before: Standing | undefined,
  cron: string,
  zone: string,
  nowMs: number,
): Standing {
  if (before !== undefined && before.cron === cron && before.zone === zone) return before;
  return { ...before, cron, zone, handledMs: nowMs, okMs: nowMs };
}

/**
 * Decides on what has fallen due by now: all of it at once, by its latest. Nothing where nothing has; so a clock that goes back
 * brings nothing again.
 */
export function decide(
  standing: Standing,
  times: DueTimes,
  overlap: Schedule['overlap'],
  nowMs: number,
): Decision | undefined {
  const firstMs = times.next(standing.handledMs);
  if (firstMs > nowMs) return undefined;
  const dueMs = Math.max(firstMs, times.latest(nowMs) ?? firstMs);
  const handled = { ...standing, handledMs: dueMs };
  const caughtUp = firstMs === dueMs ? {} : { missedMs: firstMs };
  if (standing.openMs === undefined)
    return { kind: 'run', dueMs, ...caughtUp, standing: { ...handled, openMs: dueMs } };
  if (overlap === 'skip') return { kind: 'pass-over', dueMs, ...caughtUp, standing: handled };
  const replaced = standing.waitingMs === undefined ? {} : { replacedMs: standing.waitingMs };
  return { kind: 'wait', dueMs, ...caughtUp, ...replaced, standing: { ...handled, waitingMs: dueMs } };
}

/** The open run has ended so, or could not be planned (undefined); what waited is open now. */
export function afterRun(standing: Standing, outcome: RunOutcome | undefined): Standing {
  const { openMs, waitingMs, ...rest } = standing;
  // What was passed over meanwhile was left to this run.
  const wellMs = waitingMs === undefined ? rest.handledMs : (openMs ?? rest.okMs);
  return {
    ...rest,
    ...(outcome === 'ok' ? { okMs: Math.max(rest.okMs, wellMs) } : {}),
    ...(waitingMs === undefined ? {} : { openMs: waitingMs }),
  };
}

/** A clock that was ahead by more than this has taken due times for past that are to come, and the schedule is silent until then. */
const mostAheadMs = 86_400_000;

/** How long ago the first due time was that is not well yet; 0 where all is well. Of a silent schedule: how long ago the latest was. */
export function latenessMs(standing: Standing, times: DueTimes, nowMs: number): number {
  const silent = standing.okMs - nowMs > mostAheadMs;
  const firstMs = silent ? times.latest(nowMs) : times.next(standing.okMs);
  return Math.max(0, nowMs - (firstMs ?? nowMs));
}

/** The id of the run of a due time: the same whenever it is asked for, so that a submission can be repeated. */
export function scheduledRun(name: string, dueMs: number): string {
  return `${new Date(dueMs).toISOString().replaceAll(/[-:.]/g, '')}-${name}`;
}
