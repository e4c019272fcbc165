import { isZone } from './calendar.ts';
import type { TaskName } from './task.ts';

/** When `daybook serve` plans and runs a task by itself. */
export interface Schedule {
  /** What it is called in logs, metrics and the ids of its runs: a to z, 0 to 9 and `-`. One name, one schedule. */
  readonly name: string;
  /** The task to run, among the configuration's `tasks`. */
  readonly task: TaskName;
  /** As the flags of `daybook run` give them, without the dashes: `{ date: '2018-07-24' }`. Default: none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** As `--refetch`: all days of the task are fetched again, each time. Default: false. */
  readonly refetch?: boolean;
  /** As `--force`: the task runs even where it is fresh, each time. Default: false. */
  readonly force?: boolean;
  /** Five fields: minute, hour, day of the month, month, day of the week. `0 6 * * *` is six each morning. */
  readonly cron: string;
  /** The IANA time zone that `cron` is read in. Default: the configuration's `zone`, else `UTC`. */
  readonly zone?: string;
  /**
   * What becomes of a due time while the run of one before is still open: `queue` runs it afterwards, the latest alone where
   * several have come; `skip` passes it over. Default: `queue`.
   */
  readonly overlap?: 'queue' | 'skip';
}

/** Checks the shape of schedules as they come from a configuration; whether a cron expression can be read is not known here. */
export function checkSchedules(
  schedules: unknown,
  isTask: (name: TaskName) => boolean,
  refuse: (why: string) => never,
): void {
  if (schedules === undefined) return;
  if (!Array.isArray(schedules)) return refuse('has `schedules` that are no list: give a list of schedules.');
  const names = new Set<string>();
  for (const schedule of schedules as readonly unknown[]) {
    const name = nameOf(schedule);
    if (name === undefined || !/^[a-z0-9-]{1,100}$/.test(name))
      return refuse(
        `has a schedule named ${shown(name)}: give it a name of a to z, 0 to 9 and -, of at most 100 characters.`,
      );
    if (names.has(name)) refuse(`has two schedules named "${name}": a name belongs to one.`);
    names.add(name);
    const why = faultOf(schedule as Schedule, isTask);
    if (why !== undefined) refuse(`has the schedule "${name}" ${why}`);
  }
}

/** What is wrong with a schedule, as the end of a sentence. */
function faultOf(schedule: Schedule, isTask: (name: TaskName) => boolean): string | undefined {
  const { task, cron, zone, overlap, parameters = {} } = schedule;
  if (!isTask(task)) return `of the task ${shown(task)}, which is not among its \`tasks\`: see to the name.`;
  if (typeof cron !== 'string' || cron.trim().split(/\s+/).length !== 5)
    return `with the cron expression ${shown(cron)}: give five fields, minute, hour, day, month and weekday, such as 0 6 * * *.`;
  if (zone !== undefined && !isZone(zone))
    return `with the zone ${shown(zone)}, which is no IANA time zone such as Europe/London.`;
  if (overlap !== undefined && overlap !== 'queue' && overlap !== 'skip')
    return `with the overlap ${shown(overlap)}: give queue or skip.`;
  for (const option of ['refetch', 'force'] as const)
    if (![undefined, true, false].includes(schedule[option]))
      return `with ${option} ${shown(schedule[option])}: give true or false.`;
  if (!isTexts(parameters))
    return "whose parameters are not texts by name: write them as the flags of `daybook run`, such as { date: '2018-07-24' }.";
  return undefined;
}

function nameOf(schedule: unknown): string | undefined {
  const name = (schedule as Partial<Schedule> | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
