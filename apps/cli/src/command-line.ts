import { createRequire } from 'node:module';
import { DaybookError } from '@daybook/core';
import yargs from 'yargs';
import { splitArguments } from './arguments.ts';
import type { CommandSpec } from './commands.ts';
import { commandSpecs, globalOptions, optionsOf } from './commands.ts';
import type { Invocation, Options } from './invocation.ts';

/** What a command line asks for: a command, or a text to print (help, the version). */
export type CommandLine =
  | { readonly kind: 'command'; readonly invocation: Invocation }
  | { readonly kind: 'text'; readonly text: string };

const widestHelp = 100;

/** Reads a command line. What it does not understand is a usage error that says what to do. */
export function parseCommandLine(words: readonly string[], width: number): CommandLine {
  const parsed = parse(words, Math.min(width, widestHelp));
  if (parsed.text !== '') return { kind: 'text', text: parsed.text };
  const [name, ...rest] = parsed.words;
  if (name === undefined && parsed.options.version !== undefined)
    return { kind: 'text', text: packageVersion() };
  if (name === undefined) throw usage(noCommand(parsed.words));
  const spec = commandSpecs.find((each) => each.name === name);
  if (spec === undefined) throw usage(unknownCommand(name));
  const { tasks, flags } = splitArguments(rest);
  const { date, month, from, through, ...options } = parsed.options;
  const known = Object.entries({ date, month, from, through }).filter(([, value]) => value !== undefined);
  const given = { ...flags, ...(Object.fromEntries(known) as Record<string, string>) };
  checkArguments(spec, tasks, given);
  return { kind: 'command', invocation: { command: spec.name, options, tasks, flags: given, words } };
}

interface Parsed {
  readonly words: readonly string[];
  readonly options: Options;
  readonly text: string;
}

function parse(words: readonly string[], width: number): Parsed {
  const parser = yargs()
    .scriptName('daybook')
    .locale('en')
    .usage(
      'Usage: daybook COMMAND …\n\nMakes, explains and shows the outputs of the tasks in daybook.config.ts.',
    )
    .parserConfiguration({
      'unknown-options-as-args': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
    })
    .exitProcess(false)
    .showHelpOnFail(false)
    .version(false)
    .option('version', {
      type: 'boolean',
      global: false,
      description: 'Print the version of Daybook.',
      group: 'Everywhere:',
    })
    .options(globalOptions)
    .help('help', 'Print this help.')
    .group('help', 'Everywhere:')
    .wrap(width)
    .example('daybook plan accounting', 'What would run, and why')
    .example('daybook run accounting', 'Make it so')
    .example('daybook show accounting-report --date 2018-07-24', 'Look at a report')
    .epilogue('Help on one command: daybook COMMAND --help');
  for (const spec of commandSpecs) {
    parser.command(spec.name, spec.summary, (command) => {
      command.usage(`Usage: daybook ${spec.usage}\n\n${spec.help}`).options(optionsOf(spec));
      return command.epilogue(examplesText(spec));
    });
  }
  let failed: unknown;
  let text = '';
  const argv = parser.parse([...words], {}, (error: unknown, _argv: unknown, output: string) => {
    failed = error;
    text = output;
  }) as Record<string, unknown>;
  if (failed instanceof Error) throw usage(sentence(failed.message));
  const { _: rest, $0: _, help: __, ...options } = argv;
  for (const [name, value] of Object.entries(options)) {
    if (Array.isArray(value)) throw usage(`--${name} is given twice: give it once.`);
    const assigned = words.find((word) => word.startsWith(`--${name}=`));
    if (typeof value === 'boolean' && assigned !== undefined)
      throw usage(`--${name} takes no value: write --${name} alone.`);
  }
  return {
    words: (rest as readonly unknown[]).map(String),
    options: options as Options,
    text: withoutTypes(text),
  };
}

/** Each command line whole, so that it can be copied, and below it what it is for. */
function examplesText({ examples }: CommandSpec): string {
  return ['Examples:', ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`])].join('\n');
}

/** Help without the types of options, which their descriptions make plain. */
function withoutTypes(help: string): string {
  return help.replaceAll(/ *\[(string|boolean)\]/g, '');
}

function checkArguments(
  spec: CommandSpec,
  tasks: readonly string[],
  flags: Readonly<Record<string, string>>,
): void {
  const see = `See daybook ${spec.name} --help.`;
  if (spec.takes === 'one task' && tasks.length === 0) {
    throw usage(`Say which task: daybook ${spec.name} TASK. ${see}`);
  }
  if (spec.takes === 'nothing' && tasks.length > 0) {
    throw usage(`daybook ${spec.name} is given ${tasks.join(', ')}, and takes options only. ${see}`);
  }
  if (spec.takes === 'a word' && tasks.length > 1) {
    throw usage(`daybook ${spec.name} is given ${tasks.join(', ')}: give it one of them. ${see}`);
  }
  if (spec.takes !== 'tasks' && spec.takes !== 'words' && tasks.length > 1) {
    throw usage(`daybook ${spec.name} takes one task and is given ${tasks.join(', ')}: name one. ${see}`);
  }
  if (spec.takes === 'one task' || spec.takes === 'tasks') return;
  const [stranger] = Object.keys(flags).filter(
    (flag) => spec.ranges !== true || (flag !== 'from' && flag !== 'through'),
  );
  if (stranger !== undefined) throw usage(`daybook ${spec.name} has no option --${stranger}. ${see}`);
}

function noCommand(words: readonly string[]): string {
  return `${words.length === 0 ? 'Say what to do' : 'That is no command'}: daybook COMMAND, such as run, plan or show. See daybook --help.`;
}

function unknownCommand(name: string): string {
  const near = commandSpecs.map((spec) => spec.name).find((each) => distance(each, name) <= 2);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  const kind = name.startsWith('-') ? 'option' : 'command';
  return `There is no ${kind} "${name}".${hint} See daybook --help.`;
}

/** How many letters are to be changed, put in or left out to come from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
  return version;
}

function sentence(message: string): string {
  const missing = /^Not enough arguments following: (.*)$/.exec(message);
  return missing === null
    ? `${message} See daybook --help.`
    : `--${missing[1]} needs a value after it. See daybook --help.`;
}

function usage(message: string): DaybookError {
  return new DaybookError('usage', message);
}
