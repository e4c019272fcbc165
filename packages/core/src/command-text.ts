import type { TaskId } from './task.ts';
import { splitTaskId } from './task.ts';

/** A command line of `daybook`, as it can be pasted into a shell. */
export function commandText(words: readonly string[]): string {
  return ['daybook', ...words].map(quoted).join(' ');
}

/** The parameters in an id, with their values as a person writes them. */
export function parametersIn(id: TaskId): readonly (readonly [string, string])[] {
  const { segment } = splitTaskId(id);
  if (segment === '-') return [];
  return segment.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1))];
  });
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
