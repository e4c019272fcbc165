import { describe, expect, test } from 'vitest';
import type { AttemptFate } from '../src/garbage.ts';
import { fateOf, readVersions, versionOfAttempt } from '../src/garbage.ts';
import type { Part } from '../src/manifest.ts';
import { attemptPath, attemptToken } from '../src/target.ts';
import { manifestOf } from './manifest-fixture.ts';

const task = 'stats/date=2018-07-24';
const token = (version: number, letter: string): string => attemptToken(version, letter.repeat(32));
const partOf = (attempt: string): Part => ({
  path: `${attemptPath('stats', 'date=2018-07-24', attempt)}deep/part.parquet`,
  bytes: 1,
  rows: 1,
  sha256: '',
});

// Version 1 is of attempt a, version 2 names the parts of 1 again, version 3 is of attempt c.
const versions = readVersions([
  manifestOf({ task, version: 1, attempt: token(1, 'a'), parts: [partOf(token(1, 'a'))] }),
  manifestOf({ task, version: 2, attempt: token(2, 'b'), parts: [partOf(token(1, 'a'))] }),
  manifestOf({ task, version: 3, attempt: token(3, 'c'), parts: [partOf(token(3, 'c'))] }),
]);

describe('what may become of an attempt', () => {
  const cases: readonly (readonly [string, string, number, AttemptFate])[] = [
    ['named by an old version', token(1, 'a'), 0, 'named'],
    ['named by the current version', token(3, 'c'), 0, 'named'],
    ['came out the same, so that its version names older parts', token(2, 'b'), 99, 'dead'],
    ['somebody was first at an old version', token(1, 'd'), 99, 'dead'],
    ['somebody was first at the current version', token(3, 'd'), 99, 'dead'],
    ['goes for the next version', token(4, 'd'), 10, 'open'],
    ['goes for the next version and is old', token(4, 'd'), 9, 'expired'],
    ['goes for a version further on', token(5, 'd'), 10, 'open'],
    ['has a name that no worker gave', 'manual', 0, 'open'],
  ];
  test.each(cases)('%s', (_what, attempt, newestMs, fate) => {
    expect(fateOf({ task, attempt, newestMs }, versions, 10)).toBe(fate);
  });

  test('without an age nothing expires', () => {
    expect(fateOf({ task, attempt: token(4, 'd'), newestMs: 0 }, versions, undefined)).toBe('open');
  });

  test('of a task that was never published all are open', () => {
    expect(fateOf({ task, attempt: token(1, 'a'), newestMs: 0 }, readVersions([]), undefined)).toBe('open');
  });

  test('the attempts of a task without parameters have a segment of their own', () => {
    const attempt = token(1, 'a');
    const part = { ...partOf(attempt), path: `${attemptPath('rates', '-', attempt)}part` };
    const its = readVersions([manifestOf({ task: 'rates', attempt, parts: [part] })]);
    expect(fateOf({ task: 'rates', attempt, newestMs: 0 }, its, undefined)).toBe('named');
  });
});

test('the version that an attempt goes for stands in its name', () => {
  expect(versionOfAttempt({ task, attempt: token(12, 'a'), newestMs: 0 })).toBe(12);
  expect(versionOfAttempt({ task, attempt: '00000012-short', newestMs: 0 })).toBeUndefined();
});
