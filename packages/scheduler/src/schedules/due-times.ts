import type { Schedule } from '@daybook/core';
import { assert, DaybookError } from '@daybook/core';
import { Cron } from 'croner';

/** When a schedule is due: whole minutes, in milliseconds since 1970. */
export interface DueTimes {
  /** The first due time after `afterMs`. */
  next(afterMs: number): number;
  /** The last due time that is not after `atMs`; undefined where there was none since the year 1. */
  latest(atMs: number): number | undefined;
}

/**
 * Reads the cron expression of a schedule on the clock of `zone`. Where that clock goes back, a time that comes twice is due
 * the first time; where it goes forward, a time that does not come is due at the end of the gap. That holds for expressions
 * whose minute and hour are numbers, lists or ranges; one with `*` or a step in them goes on through the hours as they pass.
 * Throws `config-invalid` for an expression that cannot be read or that never comes.
 */
export function dueTimes({ name, cron }: Pick<Schedule, 'name' | 'cron'>, zone: string): DueTimes {
  const read = readCron(name, cron, zone);
  const next = (afterMs: number): number | undefined => read.nextRun(new Date(afterMs))?.getTime();
  if (next(0) === undefined)
    throw invalid(name, cron, 'never comes: see to the day and the month', undefined);
  return {
    next(afterMs) {
      const found = next(afterMs);
      assert(found !== undefined, `The schedule ${name} comes again.`);
      return found;
    },
    // What falls on the reference itself is not before it.
    latest: (atMs) => read.previousRuns(1, new Date(atMs + 1))[0]?.getTime(),
  };
}

function readCron(name: string, cron: string, zone: string): Cron {
  try {
    return new Cron(cron, { timezone: zone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace('CronPattern: ', '') : String(error);
    throw invalid(name, cron, `cannot be read: ${why}`, error);
  }
}

function invalid(name: string, cron: string, why: string, cause: unknown): DaybookError {
  return new DaybookError(
    'config-invalid',
    `The schedule "${name}" has the cron expression "${cron}", which ${why.replace(/\.$/, '')}. Its fields are minute, hour, day, month and weekday, such as 0 6 * * *.`,
    { cause },
  );
}
