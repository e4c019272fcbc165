import { DaybookError } from '@daybook/core';

/** What a command was given besides its own options. */
export interface Arguments {
  readonly tasks: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

/**
 * Sorts the words that are no option of the command into tasks and flags. A flag is `--name value` or `--name=value`; at the
 * end, or before another flag, `--name` alone means `true`. Whether a task has such a parameter is decided when it is known.
 */
export function splitArguments(words: readonly string[]): Arguments {
  const tasks: string[] = [];
  const flags: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) {
      tasks.push(word);
      continue;
    }
    const [, name, , given] = /^--([a-z][a-z0-9_-]*)(=(.*))?$/is.exec(word) ?? [];
    if (name === undefined)
      throw new DaybookError('usage', `There is no option ${word}: options begin with "--".`);
    if (Object.hasOwn(flags, name))
      throw new DaybookError('usage', `--${name} is given twice: give it once.`);
    const next = words[index + 1];
    const separate = given === undefined && next !== undefined && !next.startsWith('--');
    flags[name] = given ?? (separate ? next : 'true');
    if (separate) index += 1;
  }
  return { tasks, flags };
}

/** A whole number from 1 that an option gives. */
export function wholeNumber(option: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(value) && value > 0) return value;
  throw new DaybookError('usage', `--${option} ${given} is not a whole number from 1.`);
}
