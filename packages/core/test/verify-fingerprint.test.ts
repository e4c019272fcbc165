import { expect, test } from 'vitest';
import { filesFingerprint } from '../src/sql/fingerprint.ts';
import type { Part } from '../src/manifest.ts';
import {
  fingerprintedFrom,
  readFilesFingerprint,
  sameContents,
  verifyFingerprint,
} from '../src/verify-fingerprint.ts';
import { manifestOf } from './manifest-fixture.ts';

const attempt = `00000001-${'0'.repeat(32)}`;
const part = (name: string): Part => ({
  path: `a/attempts/date=2018-07-24/${attempt}/${name}`,
  bytes: 3,
  rows: 1,
  sha256: 'sum',
});
const table = manifestOf({ task: 'a/date=2018-07-24', version: 1, parts: [part('part-0')] });

test('a loaded table is known by its source, whose raw bytes are not kept', () => {
  expect(fingerprintedFrom(table)).toBe('rows');
  expect(fingerprintedFrom({ ...table, source: { etag: '"1"' } })).toBe('raw bytes');
  expect(fingerprintedFrom({ ...table, source: null })).toBe('raw bytes');
  expect(fingerprintedFrom({ ...table, output: { kind: 'files' } })).toBe('files');
});

test('versions that name the same parts are read once, unless they declare them otherwise', () => {
  const again = { ...table, version: 2 };
  const other = { ...table, version: 3, output: { kind: 'files' } as const };
  const last = { ...table, version: 4, parts: [part('part-1')] };
  expect(sameContents([table, again, other, last])).toEqual([[table, again], [other], [last]]);
});

test('the fingerprint of files is of their names within the attempt and what was read of them', () => {
  const parts = [part('b.tsv'), part('of/a.tsv')];
  const made = filesFingerprint([
    { name: 'b.tsv', sha256: 'read' },
    { name: 'of/a.tsv', sha256: 'read' },
  ]);
  expect(readFilesFingerprint(parts, () => 'read')).toBe(made);
  expect(
    readFilesFingerprint(parts, ({ path }) => (path.endsWith('b.tsv') ? undefined : 'read')),
  ).toBeUndefined();
});

test('a fingerprint that differs names the parts and both fingerprints', () => {
  expect(verifyFingerprint(table, { fingerprint: table.fingerprint })).toEqual([]);
  const [finding] = verifyFingerprint(table, { fingerprint: 'other' });
  expect(finding).toEqual({
    kind: 'fingerprint-differs',
    task: 'a/date=2018-07-24',
    version: 1,
    what: `The rows of ${part('part-0').path} have the fingerprint other and were published with ${table.fingerprint}.`,
  });
  expect(verifyFingerprint(table, { unreadable: 'it is no Parquet file.' })).toMatchObject([
    { what: `The rows of ${part('part-0').path} cannot be read: it is no Parquet file.` },
  ]);
});
