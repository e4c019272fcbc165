import { expect, test } from 'vitest';
import { splitArguments, wholeNumber } from '../src/arguments.ts';
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

test('a whole number is digits and nothing else', () => {
  expect(wholeNumber('limit', '12', 40)).toBe(12);
  expect(wholeNumber('limit', undefined, 40)).toBe(40);
  for (const text of ['0', '-1', '2x', '1e3', '1.5', '', '99999999999999999999'])
    expect(thrownBy(() => wholeNumber('limit', text, 40))).toBe(
      `usage: --limit ${text} is not a whole number from 1.`,
    );
});
