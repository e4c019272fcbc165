import type { TaskDefinition } from '@daybook/core';
import type { CommandSpec } from './commands.ts';
import { commandSpecs, globalOptions, optionsOf } from './commands.ts';
import type { OptionSpec } from './option-spec.ts';

/** What may stand at a place of a command line, with a few words on it. */
export interface Completion {
  readonly word: string;
  readonly about: string;
}

/**
 * What may stand in place of the last of `words`, which is what has been typed of it so far, after those before it. Where the
 * answer is none, the shell may complete file names. `tasks` are those of the configuration, where there is one.
 */
export function completionsOf(
  words: readonly string[],
  tasks: readonly TaskDefinition[],
): readonly Completion[] {
  const typed = words.at(-1) ?? '';
  const place = placeOf(words.slice(0, -1), tasks);
  return candidatesAt(place, typed, tasks).filter(({ word }) => word.startsWith(typed));
}

interface Place {
  /** The first word without a flag, and the command of that name, if there is one. */
  readonly name: string | undefined;
  readonly command: CommandSpec | undefined;
  /** The words of the command without a flag before the place. */
  readonly given: readonly string[];
  /** The options before the place, without `--`. */
  readonly flags: readonly string[];
  /** What may be given here, by its name. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The option that the place is the value of. */
  readonly valueOf: OptionSpec | undefined;
}

function placeOf(before: readonly string[], tasks: readonly TaskDefinition[]): Place {
  const bare: string[] = [];
  const flags: string[] = [];
  let options: Place['options'] = globalOptions;
  let valueOf: OptionSpec | undefined;
  for (const word of before) {
    if (valueOf !== undefined) {
      valueOf = undefined;
    } else if (word.startsWith('--')) {
      const name = word.slice(2).replace(/=.*$/, '');
      flags.push(name);
      const option = options[name];
      if (option?.type === 'string' && !word.includes('=')) valueOf = option;
    } else {
      bare.push(word);
      options = optionsAt(bare, tasks);
    }
  }
  const [name, ...given] = bare;
  return { name, command: commandSpecs.find((spec) => spec.name === name), given, flags, options, valueOf };
}

/** The options that may be given once a command, and perhaps a task, stands there. */
function optionsAt([command, task]: readonly string[], tasks: readonly TaskDefinition[]): Place['options'] {
  const spec = commandSpecs.find(({ name }) => name === command);
  if (spec === undefined) return globalOptions;
  const definition = tasks.find(({ taskName }) => taskName === task);
  const own = optionsOf(spec);
  if (definition === undefined || spec.takes === 'a name') return { ...own, ...globalOptions };
  // Of the flags that choose tasks those stay that mean something for this one.
  const { date: _, month: __, ...others } = own;
  const params = Object.entries(definition.params).map(([name, { kind, shape }]): [string, OptionSpec] => [
    name,
    {
      type: 'string',
      description: `A parameter of ${definition.taskName}: ${shape}`,
      ...(kind === 'choice' ? { offers: shape.split('|') } : {}),
    },
  ]);
  return { ...others, ...Object.fromEntries(params), ...globalOptions };
}

function candidatesAt(
  { name, command, given, flags, options, valueOf }: Place,
  typed: string,
  tasks: readonly TaskDefinition[],
): readonly Completion[] {
  if (valueOf !== undefined) return (valueOf.offers ?? []).map((word) => ({ word, about: '' }));
  if (typed.startsWith('-')) {
    return Object.entries(options)
      .filter(([name]) => !flags.includes(name))
      .map(([name, { description }]) => ({ word: `--${name}`, about: firstSentence(description) }));
  }
  if (name === undefined) return commandSpecs.map(({ name, summary }) => ({ word: name, about: summary }));
  if (command === undefined) return [];
  if (given.length === 0 && command.offers !== undefined)
    return command.offers.map((word) => ({ word, about: '' }));
  const more = command.takes === 'tasks' || given.length === 0;
  const takesTasks = ['one task', 'a name', 'tasks'].includes(command.takes);
  if (!takesTasks || !more) return [];
  return tasks
    .filter(({ taskName }) => !given.includes(taskName))
    .map(({ taskName, params }) => ({
      word: taskName,
      about: Object.entries(params)
        .map(([name, { shape }]) => `--${name} ${shape}`)
        .join(' '),
    }));
}

function firstSentence(text: string): string {
  return text.replace(/(?<=\.) .*$/s, '');
}
