import type { CheckedConfig, Day, DoctorLine, Schedule, Task } from '@daybook/core';
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
  for (const schedule of schedules) {
    try {
      scheduledTasks(config, schedule, today);
    } catch (error) {
      throw new DaybookError(
        'config-invalid',
        `The schedule "${schedule.name}" cannot be planned: ${reportOf(error).message}`,
        { cause: error },
      );
    }
  }
  return next;
}

/** The tasks that a schedule asks for, as `daybook run` would with its parameters as flags. */
export function scheduledTasks(
  config: CheckedConfig,
  { task, parameters = {} }: Schedule,
  today: Day,
): readonly Task[] {
  return selectTasks(config, { task, flags: parameters, today });
}

/** What `daybook doctor` tells of the schedules of a configuration: when each is due next, or what is wrong with one. */
export async function scheduleLines(config: CheckedConfig, today: Day): Promise<readonly DoctorLine[]> {
  if ((config.schedules ?? []).length === 0) return [];
  const remedy =
    'See to it in the configuration: daybook serve refuses it, when it starts or when it is due.';
  return [
    await tried('schedules', remedy, async () => {
      const planned = await plannedSchedules(config, today);
      return planned.map(({ name, atMs }) => `${name} next at ${new Date(atMs).toISOString()}`).join(', ');
    }),
  ];
}
