import type { AttemptEnd } from './attempt.ts';

/** Far less than a report may have, and more than anybody reads. */
const mostCharacters = 8 * 1024;

/**
 * The same end with no text, of an error, a control or a row that breaks one, of more than 8192 characters, whatever a job has
 * thrown. One that was cut says so at its end, and how long it was.
 */
export function shortEnd(end: AttemptEnd): AttemptEnd {
  return shortened(end) as AttemptEnd;
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value);
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [shortText(name), shortened(each)]));
}

function shortText(text: string): string {
  if (text.length <= mostCharacters) return text;
  // Half a character at the end would be none.
  return `${text.slice(0, mostCharacters).toWellFormed()}… (cut from ${text.length} characters)`;
}
