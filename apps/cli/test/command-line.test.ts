import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../src/command-line.ts';
import { commandSpecs } from '../src/commands.ts';
import { thrownBy } from './thrown.ts';

const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '), 100);

test('options of the command, flags of the task and the task are told apart', () => {
  expect(parse('run sales --date 2018-07-01 --force --kind a --workers 2 --json')).toMatchObject({
    kind: 'command',
    invocation: {
      command: 'run',
      options: { force: true, workers: '2', json: true },
      tasks: ['sales'],
      flags: { date: '2018-07-01', kind: 'a' },
    },
  });
});

test('global options may stand before the command', () => {
  expect(parse('--config a.ts --today 2018-07-02 plan sales')).toMatchObject({
    invocation: { command: 'plan', options: { config: 'a.ts', today: '2018-07-02' }, tasks: ['sales'] },
  });
});

test('a value that looks like a number stays a text', () => {
  expect(parse('show sales --version 007 --count 1e3')).toMatchObject({
    invocation: { options: { version: '007' }, flags: { count: '1e3' } },
  });
});

test('--version alone is the version of Daybook', () => {
  expect(parse('--version')).toEqual({ kind: 'text', text: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

describe('a command line that cannot be understood says what to do', () => {
  const refusals: readonly (readonly [string, string])[] = [
    ['', 'Say what to do: daybook COMMAND, such as run, plan or show. See daybook --help.'],
    ['rnu', 'There is no command "rnu". Did you mean "run"? See daybook --help.'],
    ['frobnicate', 'There is no command "frobnicate". See daybook --help.'],
    ['--frobnicate', 'There is no option "--frobnicate". See daybook --help.'],
    ['run', 'Say which task: daybook run TASK. See daybook run --help.'],
    ['run a b', 'daybook run takes one task and is given a, b: name one. See daybook run --help.'],
    ['run a --date', '--date needs a value after it. See daybook --help.'],
    ['run a --date 1 --date 2', '--date is given twice: give it once.'],
    ['run a --force=no', '--force takes no value: write --force alone.'],
    ['status --foo', 'daybook status has no option --foo. See daybook status --help.'],
    ['verify --steep', 'daybook verify has no option --steep. See daybook verify --help.'],
    ['run a -x', 'There is no option -x: options begin with "--".'],
  ];
  test.each(refusals)('daybook %s', (line, message) => {
    expect(thrownBy(() => parse(line))).toBe(`usage: ${message}`);
  });
});

test('the help names every command', () => {
  const help = parse('--help');
  for (const { name } of commandSpecs)
    expect(help).toMatchObject({ text: expect.stringContaining(`daybook ${name} `) });
});

test.each(commandSpecs)('the help of $name has its usage and an example', ({ name, usage, examples }) => {
  const help = parse(`${name} --help`);
  const text = help.kind === 'text' ? help.text.replaceAll(/\s+/g, ' ') : '';
  expect(text).toContain(`daybook ${usage}`);
  expect(examples.length).toBeGreaterThan(0);
  for (const [line, what] of examples) expect(text).toContain(`${line} ${what}`);
  const whole = help.kind === 'text' ? help.text : '';
  expect(whole.indexOf('Everywhere:')).toBeGreaterThan(whole.indexOf('Options:'));
});
