import { commandText } from '@daybook/core';
import { durationText } from '../render/ranges.ts';
import type { Paint } from './paint.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What only matters to whoever looks for it: the JSON has it. */
const hidden = new Set(['level', 'at', 'event', 'name', 'runner', 'attempt', 'by', 'answer']);

/** A line of a structured log as a person reads it: when, what happened, to what, and why. */
export function logLineText(line: string, paint: Paint): string {
  const facts = JSON.parse(line) as Facts;
  const { level, at, event } = facts;
  const paintWhat = level === 'error' ? paint.bad : level === 'warn' ? paint.attention : String;
  const time = paint.dim(String(at).slice(11, 19));
  return `${time} ${paintWhat(whatText(String(event), facts))}`;
}

function whatText(event: string, facts: Facts): string {
  const { run, command, task, outcome, worker, durationMs, number, retryInMs, error } = facts;
  if (event === 'attempt-started') return `began ${task}${asideText([attemptText(number), byText(worker)])}`;
  if (event === 'attempt-ended') {
    const took = typeof durationMs === 'number' ? durationText(durationMs) : undefined;
    const again =
      typeof retryInMs === 'number' ? `tried again in ${durationText(Math.max(0, retryInMs))}` : undefined;
    return `${outcome} ${task}${errorText(error)}${asideText([took, attemptText(number), again, byText(worker)])}`;
  }
  if (event === 'run-started') {
    const words = Array.isArray(command) ? `: ${commandText(command as readonly string[])}` : '';
    return `run ${run} began${words}`;
  }
  if (event === 'run-ended') return `run ${run} ended ${outcome}`;
  const rest = Object.entries(facts).filter(([name, value]) => !hidden.has(name) && value !== undefined);
  return [event, ...rest.map(([name, value]) => `${name}=${valueText(value)}`)].join(' ');
}

function asideText(parts: readonly (string | undefined)[]): string {
  const said = parts.filter((each) => each !== undefined);
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

function attemptText(number: unknown): string | undefined {
  return typeof number === 'number' && number > 1 ? `attempt ${number}` : undefined;
}

function byText(worker: unknown): string | undefined {
  return typeof worker === 'string' ? worker : undefined;
}

function errorText(error: unknown): string {
  if (!isFacts(error)) return '';
  return `: ${String(error['message']).split('\n', 1)[0]} [${String(error['code'])}]`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isFacts(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null;
}
