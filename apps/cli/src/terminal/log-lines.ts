import type { Paint } from './paint.ts';

/** A line of a structured log as a person reads it: when, what happened, to what, and the rest as it is. */
export function logLineText(line: string, paint: Paint): string {
  const facts = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { level, at, event, task, outcome, error, why, ...others } = facts;
  const time = paint.dim(String(at).slice(11, 19));
  const what =
    level === 'error'
      ? paint.bad(String(event))
      : level === 'warn'
        ? paint.attention(String(event))
        : String(event);
  const words = [task, outcome, why].filter((each) => each !== undefined).map(String);
  const rest = Object.entries(others).map(([name, value]) => `${name}=${valueText(value)}`);
  const fault = isRecord(error) ? [`${String(error['message'])} [${String(error['code'])}]`] : [];
  return [time, what, ...words, ...(rest.length === 0 ? [] : [paint.dim(rest.join(' '))]), ...fault].join(
    '  ',
  );
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
