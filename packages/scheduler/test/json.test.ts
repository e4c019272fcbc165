import { expect, test } from 'vitest';
import { depthMax, parseJson } from '../src/http/json.ts';

const nested = (depth: number): Buffer => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);

test('JSON is read up to its depth, and refused beyond it without being parsed', () => {
  expect(parseJson(nested(depthMax)).kind).toBe('value');
  expect(parseJson(nested(depthMax + 1))).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('deeper') as string,
  });
  expect(parseJson(Buffer.from('{"a":'.repeat(1_000_000)))).toMatchObject({
    why: expect.stringContaining('deeper') as string,
  });
});

test('brackets in texts are no depth, whatever is escaped', () => {
  const value = { text: `"${'['.repeat(500)}\\"{`, more: ['\\', '[', '\\\\"'] };
  expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual({ kind: 'value', value });
});

test.each([
  ['nothing', ''],
  ['half', '{"a"'],
  ['a comma too much', '[1,]'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
])('%s is refused', (_, text) => {
  expect(parseJson(Buffer.from(text as string))).toMatchObject({
    kind: 'refused',
    why: 'The body is not JSON in UTF-8.',
  });
});
