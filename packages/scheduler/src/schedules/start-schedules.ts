import type { Schedule, Timer } from '@daybook/core';
import { pause, processTimer, reportOf } from '@daybook/core';
import type { LogOptions } from '../logs.ts';
import { openLog } from '../logs.ts';
import type { DueTimes } from './due-times.ts';
import { dueTimes } from './due-times.ts';
import type { RunCalls } from './end-of-run.ts';
import { againMs, endOfRun } from './end-of-run.ts';
import type { NextDueTime } from './next-due-times.ts';
import type { Decision, Standing } from './standing.ts';
import { afterRun, decide, latenessMs, scheduledRun, standingAtStart } from './standing.ts';
import { readStandings, writeStandings } from './standings-file.ts';

export interface SchedulesOptions extends RunCalls {
  /** As they stand in a configuration that was checked. */
  readonly schedules: readonly Schedule[];
  /** The zone of those that name none: that of the configuration. Default: `UTC`. */
  readonly zone?: string;
  /** The state folder of the scheduler, whose lock is held. `schedules.json` there says how the schedules stand. */
  readonly state: string;
  /** Level and destination of the log. Default: `info`, standard output. */
  readonly log?: LogOptions;
  /** Default: the clock of the machine. */
  readonly nowMs?: () => number;
  /** Default: the timers of the process. */
  readonly timer?: Timer;
  /** From 0 to 1, for pauses. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Schedules that are watched. */
export interface Schedules {
  /** When each is due next, the first first. */
  next(): readonly NextDueTime[];
  /** By name: how long ago the first due time was after the last run that ended `ok`; 0 where all is well. For the metrics. */
  latenessSeconds(): Readonly<Record<string, number>>;
  /** Starts nothing more and aborts what was started; resolves when that has ended. What is open is followed after the next start. */
  stop(): Promise<void>;
}

/** A schedule while it is watched. */
interface Watched {
  readonly schedule: Schedule;
  readonly times: DueTimes;
  standing: Standing;
  /** A run was open when the last process ended, and what became of it is not known yet: nothing is decided before. */
  held: boolean;
  /** Whether it was told that the clock has gone back. */
  told: boolean;
}

/** The clock may jump and the machine may sleep: it is looked at so often at least. */
const longestWaitMs = 60_000;

/**
 * Watches schedules: starts the run of each due time once, whatever ends the process, and catches up what was missed by one run
 * of the latest. How a schedule stands is on the disk before its run is started, and after it has ended; what happened in between
 * is learnt from the scheduler, by the id of the run. Throws a `DaybookError`: `config-invalid` for an expression that cannot be
 * read, `state-damaged`, `state-too-new` or `write-failed` for the state folder.
 */
export function startSchedules(options: SchedulesOptions): Schedules {
  const { schedules, zone = 'UTC', state, start, runOf } = options;
  const { nowMs = Date.now, timer = processTimer, random = Math.random } = options;
  const log = openLog(options.log);
  const stopping = new AbortController();
  const { signal } = stopping;
  const following = new Set<Promise<void>>();
  let stopTimer = (): void => undefined;
  let failures = 0;

  const watched = watchedAtStart(schedules, zone, state, nowMs());
  writeStandings(state, standingsOf(watched));

  const keep = (each: Watched, standing: Standing): boolean => {
    try {
      writeStandings(state, standingsOf(watched).set(each.schedule.name, standing));
    } catch (error) {
      const { code, message: why } = reportOf(error);
      log.error({ schedule: each.schedule.name, code, why }, 'schedules-not-kept');
      return false;
    }
    each.standing = standing;
    return true;
  };

  /** Follows the open run, and the one that waits for it. */
  const follow = async (each: Watched): Promise<void> => {
    const { schedule } = each;
    const open = (): void => release(each);
    for (let dueMs = each.standing.openMs; dueMs !== undefined; dueMs = each.standing.openMs) {
      const end = await endOfRun(schedule, dueMs, { start, runOf, log, timer, random, signal, open });
      if (end === 'stopped') return;
      const outcome = end === 'refused' ? undefined : end;
      for (let tries = 1; !keep(each, afterRun(each.standing, outcome)); tries += 1) {
        await pause(timer, againMs(tries, random), signal);
        if (signal.aborted) return;
      }
      log.info({ schedule: schedule.name, run: scheduledRun(schedule.name, dueMs), end }, 'schedule-ran');
    }
    release(each);
  };
  const followed = (each: Watched): void => {
    const done = follow(each).finally(() => following.delete(done));
    following.add(done);
  };
  const release = (each: Watched): void => {
    if (!each.held) return;
    each.held = false;
    look();
  };

  /** Decides on one schedule; says whether that could be kept. */
  const lookAt = (each: Watched, now: number): boolean => {
    const { schedule, times, standing } = each;
    const back = now < standing.handledMs - longestWaitMs;
    const handled = new Date(standing.handledMs).toISOString();
    if (back && !each.told) log.warn({ schedule: schedule.name, handled }, 'clock-went-back');
    each.told = back;
    const decision = decide(standing, times, schedule.overlap, now);
    if (decision === undefined) return true;
    if (!keep(each, decision.standing)) return false;
    log.info(factsOf(schedule, decision), eventOf[decision.kind]);
    if (decision.kind === 'run') followed(each);
    return true;
  };
  const look = (): void => {
    stopTimer();
    if (signal.aborted || watched.length === 0) return;
    const now = nowMs();
    const free = watched.filter(({ held }) => !held);
    const kept = free.map((each) => lookAt(each, now));
    failures = kept.includes(false) ? failures + 1 : 0;
    const nextMs = Math.min(...free.map(({ times, standing }) => times.next(standing.handledMs)));
    const waitMs = failures > 0 ? againMs(failures, random) : Math.max(1, nextMs - nowMs());
    stopTimer = timer(Math.min(longestWaitMs, waitMs), look);
  };

  for (const each of watched) if (each.held) followed(each);
  look();
  return {
    next: () =>
      watched
        .map(({ schedule, times, standing }) => ({
          name: schedule.name,
          atMs: times.next(Math.max(standing.handledMs, nowMs())),
        }))
        .toSorted((a, b) => a.atMs - b.atMs),
    latenessSeconds: () =>
      Object.fromEntries(
        watched.map(({ schedule, times, standing }) => [
          schedule.name,
          latenessMs(standing, times, nowMs()) / 1000,
        ]),
      ),
    async stop() {
      stopping.abort();
      stopTimer();
      await Promise.allSettled(following);
    },
  };
}

/** How they stood, as far as they are still there. */
function watchedAtStart(
  schedules: readonly Schedule[],
  zone: string,
  state: string,
  nowMs: number,
): readonly Watched[] {
  const before = readStandings(state);
  return schedules.map((schedule) => {
    const itsZone = schedule.zone ?? zone;
    const standing = standingAtStart(before.get(schedule.name), schedule.cron, itsZone, nowMs);
    const held = standing.openMs !== undefined;
    return { schedule, times: dueTimes(schedule, itsZone), standing, held, told: false };
  });
}

function standingsOf(watched: readonly Watched[]): Map<string, Standing> {
  return new Map(watched.map(({ schedule, standing }) => [schedule.name, standing]));
}

const eventOf = {
  run: 'schedule-due',
  wait: 'schedule-waits',
  'pass-over': 'schedule-passed-over',
} as const satisfies Record<Decision['kind'], string>;

function factsOf({ name }: Schedule, decision: Decision): Readonly<Record<string, string>> {
  const { dueMs, missedMs, replacedMs } = decision;
  const timeOf = (ms: number): string => new Date(ms).toISOString();
  return {
    schedule: name,
    run: scheduledRun(name, dueMs),
    due: timeOf(dueMs),
    ...(missedMs === undefined ? {} : { missedSince: timeOf(missedMs) }),
    ...(replacedMs === undefined ? {} : { insteadOf: timeOf(replacedMs) }),
  };
}
