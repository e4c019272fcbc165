const dayMs = 86_400_000;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** Microseconds in a day. */
export const dayMicros = 86_400_000_000;

/** Is the text a day of the calendar, written `YYYY-MM-DD`? */
export function isDay(text: string): boolean {
  if (!dayForm.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && dayAt(ms) === text;
}

/** Days since 1970-01-01; `date` must be a day. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/** The day so many days later (earlier when negative). */
export function addDays(date: string, days: number): string {
  return dayAt((dayNumber(date) + days) * dayMs);
}

/** The UTC day of an instant in milliseconds since 1970. */
export function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
