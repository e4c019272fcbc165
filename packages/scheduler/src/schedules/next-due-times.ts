import type { Schedule } from '@daybook/core';
import { dueTimes } from './due-times.ts';

/** When a schedule is due next. */
export interface NextDueTime {
  readonly name: string;
  readonly atMs: number;
}

/**
 * When each schedule is due first after `afterMs`, in the order in which they are given: what would be refused when they are
 * started is refused here, before. `zone` is of those that name none; default: `UTC`. Throws `config-invalid` for the first
 * whose expression cannot be read or never comes.
 */
export function nextDueTimes(
  schedules: readonly Schedule[],
  zone = 'UTC',
  afterMs = Date.now(),
): readonly NextDueTime[] {
  return schedules.map((schedule) => ({
    name: schedule.name,
    atMs: dueTimes(schedule, schedule.zone ?? zone).next(afterMs),
  }));
}
