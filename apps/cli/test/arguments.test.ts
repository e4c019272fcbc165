import { expect, test } from 'vitest';
import { splitArguments } from '../src/arguments.ts';
import { thrownBy } from './thrown.ts';

test('a flag takes the word after it, or the text after its equals sign', () => {
  expect(splitArguments(['sales', '--date', '2018-07-01', '--kind=a=b'])).toEqual({
    tasks: ['sales'],
    flags: { date: '2018-07-01', kind: 'a=b' },
  });
});

test('a flag at the end or before another flag means true', () => {
  expect(splitArguments(['sales', '--open', '--late'])).toEqual({
    tasks: ['sales'],
    flags: { open: 'true', late: 'true' },
  });
});

test('a negative number is a value, not a flag', () => {
  expect(splitArguments(['sales', '--count', '-5'])).toEqual({ tasks: ['sales'], flags: { count: '-5' } });
});

test('what is no flag and begins with a dash is refused', () => {
  expect(thrownBy(() => splitArguments(['sales', '-x']))).toBe(
    'usage: There is no option -x: options begin with "--".',
  );
});

test('a flag given twice is refused', () => {
  expect(thrownBy(() => splitArguments(['--date', 'a', '--date', 'b']))).toBe(
    'usage: --date is given twice: give it once.',
  );
});
