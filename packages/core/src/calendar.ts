/** A day of the proleptic Gregorian calendar as `YYYY-MM-DD`. Its hours are those of UTC. Text order is time order. */
export type Day = string;
/** A month as `YYYY-MM`. Text order is time order. */
export type Month = string;

const dayMs = 86_400_000;

/** Whether `text` is a day that exists, written `YYYY-MM-DD`. */
export function isDay(text: string): text is Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && dayOfMs(ms) === text;
}

/** Whether `text` is a month, written `YYYY-MM`. */
export function isMonth(text: string): text is Month {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** The day `count` days after `day`; a negative count goes back. */
export function addDays(day: Day, count: number): Day {
  return dayOfMs(Date.parse(`${day}T00:00:00Z`) + count * dayMs);
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

/** The month `count` months after `month`; a negative count goes back. */
export function addMonths(month: Month, count: number): Month {
  const months = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + count;
  const year = String(Math.floor(months / 12)).padStart(4, '0');
  return `${year}-${String((months % 12) + 1).padStart(2, '0')}`;
}

export function firstDayOf(month: Month): Day {
  return `${month}-01`;
}

export function lastDayOf(month: Month): Day {
  return addDays(firstDayOf(month), daysInMonth(month) - 1);
}

/** Every day from `first` through `last`, in order; none when `last` is before `first`. */
export function daysBetween(first: Day, last: Day): readonly Day[] {
  const days: Day[] = [];
  const lastMs = Date.parse(`${last}T00:00:00Z`);
  for (let ms = Date.parse(`${first}T00:00:00Z`); ms <= lastMs; ms += dayMs) days.push(dayOfMs(ms));
  return days;
}

/** Every month from `first` through `last`, in order; none when `last` is before `first`. */
export function monthsBetween(first: Month, last: Month): readonly Month[] {
  if (first > last) return [];
  const months: Month[] = [first];
  for (let month = first; month !== last; months.push(month)) month = addMonths(month, 1);
  return months;
}

/** Which day it is at `nowMs` (milliseconds since 1970 in UTC) in the IANA time zone `zone`. */
export function dayIn(zone: string, nowMs: number): Day {
  if (zone === 'UTC') return dayOfMs(nowMs);
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(nowMs);
}

/** Whether `zone` is an IANA time zone that this machine knows. */
export function isZone(zone: unknown): zone is string {
  try {
    return typeof zone === 'string' && new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

function daysInMonth(month: Month): number {
  return [31, 30, 29].find((count) => isDay(`${month}-${count}`)) ?? 28;
}

function dayOfMs(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}
