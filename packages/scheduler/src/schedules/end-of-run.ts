import type { RunOutcome, RunView, Schedule, Timer } from '@daybook/core';
import { DaybookError, errorExitCodes, pause, reportOf } from '@daybook/core';
import type { Logger } from 'pino';
import { scheduledRun } from './standing.ts';

/** The run of one due time. */
export interface DueRun {
  readonly schedule: Schedule;
  /** When it was due, in milliseconds since 1970. Today is another matter: it is the day on which the run begins. */
  readonly dueMs: number;
  /** Its id: the same each time that this due time is started. */
  readonly run: string;
  /** Whether the scheduler knows the run already: what was to be forced or fetched again was submitted then. */
  readonly again: boolean;
  /** Aborts when the schedules stop: then `start` ends soon, by throwing, and is called again after the next start. */
  readonly signal: AbortSignal;
}

export interface RunCalls {
  /**
   * Plans and submits the run, and resolves when it has ended. What it throws of the codes with exit code 2 (usage,
   * configuration) is final; anything else is tried again, with growing pauses.
   */
  readonly start: (due: DueRun) => Promise<{ readonly outcome: RunOutcome }>;
  /** What the scheduler knows of a run; undefined where it does not know it. */
  readonly runOf: (run: string) => Promise<Pick<RunView, 'outcome'> | undefined>;
}

export interface EndOfRunOptions extends RunCalls {
  readonly log: Logger;
  readonly timer: Timer;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Told when it is known that the run has not ended. */
  readonly open: () => void;
}

/** How a run ended, that it was refused, or that nobody waits for it any more. */
export type RunEnd = RunOutcome | 'refused' | 'stopped';

/**
 * Brings the run of a due time to its end, whatever came of it before this process began. One that has ended in the meantime is
 * not started again; one that is refused though it was submitted once goes on, and is looked at until it ends.
 */
export async function endOfRun(schedule: Schedule, dueMs: number, options: EndOfRunOptions): Promise<RunEnd> {
  const { start, runOf, log, timer, random, signal, open } = options;
  const run = scheduledRun(schedule.name, dueMs);
  let [looked, refused] = [false, false];
  for (let tries = 1; !signal.aborted; tries += 1) {
    const waitMs = Math.round(againMs(tries, random));
    let starting = false;
    try {
      const known = await runOf(run);
      if (signal.aborted) break;
      // One that ended well after it was started here may have failed in what follows upon that.
      const mayFollow = looked && !refused && known?.outcome === 'ok';
      if (known?.outcome !== undefined && !mayFollow) return known.outcome;
      if (known === undefined && refused) return 'refused';
      looked = true;
      open();
      starting = !refused;
      if (starting)
        return (await start({ schedule, dueMs, run, again: known !== undefined, signal })).outcome;
    } catch (error) {
      if (signal.aborted) break;
      const { code, message: why } = reportOf(error);
      if (starting && isFinal(error)) {
        log.error({ schedule: schedule.name, run, code, why }, 'schedule-refused');
        // It may have been submitted all the same, by this process or by one before it.
        refused = true;
        continue;
      }
      log.warn({ schedule: schedule.name, run, code, why, againMs: waitMs }, 'schedule-not-started');
    }
    await pause(timer, waitMs, signal);
  }
  return 'stopped';
}

const firstAgainMs = 1000;
const longestAgainMs = 60_000;

/** How long to wait after so many tries: doubling from a second up to a minute, less up to half of it at random. */
export function againMs(tries: number, random: () => number): number {
  return Math.min(longestAgainMs, firstAgainMs * 2 ** (tries - 1)) * (0.5 + random() / 2);
}

/** Whether it would come to the same again until somebody changes the configuration. */
function isFinal(error: unknown): boolean {
  return error instanceof DaybookError && errorExitCodes[error.code] === errorExitCodes.usage;
}
