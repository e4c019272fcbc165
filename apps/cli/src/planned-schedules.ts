import type { CheckedConfig, Day, DoctorLine } from '@daybook/core';
import { DaybookError, reportOf, tried } from '@daybook/core';
import type { NextDueTime } from '@daybook/scheduler';
import { selectTasks } from './select-tasks.ts';

/**
 * When each schedule of a configuration is due next. Throws `config-invalid` for what `daybook serve` would refuse at its start,
 * or each time that the schedule is due: an expression that cannot be read or never comes, and parameters that its task does not take.
 */
export async function plannedSchedules(config: CheckedConfig, today: Day): Promise<readonly NextDueTime[]> {
  const { schedules = [], zone } = config;
  if (schedules.length === 0) return [];
  // The scheduler is no light thing to load, and most configurations have no schedule.
  const { nextDueTimes } = await import('@daybook/scheduler');
  const next = nextDueTimes(schedules, zone);
  for (const { name, task, parameters = {} } of schedules) {
    try {
      selectTasks(config, { task, flags: parameters, today });
    } catch (error) {
      throw new DaybookError(
        'config-invalid',
        `The schedule "${name}" cannot be planned: ${reportOf(error).message}`,
        { cause: error },
      );
    }
  }
  return next;
}

/** What `daybook doctor` tells of the schedules of a configuration: when each is due next, or what is wrong with one. */
export async function scheduleLines(config: CheckedConfig, today: Day): Promise<readonly DoctorLine[]> {
  if ((config.schedules ?? []).length === 0) return [];
  const remedy = 'daybook serve does not start before it is corrected.';
  return [
    await tried('schedules', remedy, async () => {
      const planned = await plannedSchedules(config, today);
      return planned.map(({ name, atMs }) => `${name} next at ${new Date(atMs).toISOString()}`).join(', ');
    }),
  ];
}
