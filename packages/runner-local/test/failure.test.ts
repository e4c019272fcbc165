import { expect, test } from 'vitest';
import { DaybookError } from '@daybook/core';
import { failureOf } from '../src/execute.ts';

const short = new Error(
  'Out of Memory Error: failed to pin block of size 256.0 KiB (62.7 MiB/64.0 MiB used)',
);

test.each([
  ['DuckDB says so', short],
  [
    'what DuckDB said was put into a sentence',
    new DaybookError('sql-failed', 'The SQL failed.', { cause: short }),
  ],
])('a job is short of memory when %s', (_when, error) => {
  expect(failureOf(error, 'wide').error.code).toBe('memory-exceeded');
});

test('a job is not short of memory because a text that it read says so', () => {
  const cause = new Error('Invalid Input Error: amount "Out of Memory Error: 1" is not an amount');
  const refused = new DaybookError('input-unreadable', cause.message, { cause });
  expect(failureOf(refused, 'transactions').error.code).toBe('input-unreadable');
});
