import { expect, test } from 'vitest';
import { logFolderOf, stderrUri } from '../src/steps/logs.ts';

test.each([
  ['s3://bucket/some/prefix/', '/logs/bucket/some/prefix/'],
  ['s3n://bucket', '/logs/bucket'],
  ['s3a://bucket/a', '/logs/bucket/a'],
  ['file:///var/emr', '/var/emr'],
  ['s3://../etc', undefined],
  ['s3://bucket/../../etc', undefined],
])('the logs of %s are in %s', (logUri, folder) => {
  expect(logFolderOf(logUri, '/logs')).toBe(folder);
});

test('the log of a failure is told below the log URI, whether that ends with a slash or not', () => {
  expect(stderrUri('s3://b/p', 'j-1/steps/s-1')).toBe('s3://b/p/j-1/steps/s-1/stderr.gz');
  expect(stderrUri('s3://b/p/', 'j-1/steps/s-1')).toBe('s3://b/p/j-1/steps/s-1/stderr.gz');
  expect(stderrUri(undefined, 'j-1/steps/s-1')).toBeUndefined();
});
