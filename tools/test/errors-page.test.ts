import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorExitCodes } from '@daybook/core';
import { expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';

/** The codes of `docs/errors.md`: each a heading below that of its exit code. */
const told = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split(/^(?=## Exit )/m)
  .slice(1)
  .flatMap((part) => {
    const [, exitCode] = /^## Exit (\d+)/.exec(part) ?? [];
    return part
      .split(/^### /m)
      .slice(1)
      .map((section) => ({
        code: /^`([^`]+)`/.exec(section)?.[1] ?? '',
        exitCode: Number(exitCode),
        section,
      }));
  });

test('docs/errors.md has every error code once with its exit code, and no code that does not exist', () => {
  const pairs = told.map(({ code, exitCode }) => `${code} exits ${exitCode}`);
  const there = Object.entries(errorExitCodes).map(([code, exitCode]) => `${code} exits ${exitCode}`);
  expect(pairs.toSorted()).toEqual(there.toSorted());
});

test.each(told)('the message shown for $code has that code', ({ code, section }) => {
  const shown = [...section.matchAll(/ \[([a-z-]+)\]$/gm)].map((match) => match[1]);
  expect(shown.filter((each) => each !== code)).toEqual([]);
});

test.each(told)('docs/errors.md says what $code means', ({ section }) => {
  const [, paragraph = ''] = section.split('\n\n');
  expect(paragraph.trimEnd()).toMatch(/\.$/);
});
