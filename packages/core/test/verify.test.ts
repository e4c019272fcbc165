import { describe, expect, test } from 'vitest';
import type { Manifest, Part } from '../src/manifest.ts';
import { chainDigest, manifestBytes } from '../src/manifest.ts';
import { distinctParts, verifyChain, verifyInputs, verifyPart } from '../src/verify.ts';
import { manifestOf } from './manifest-fixture.ts';

const task = 'a/date=2018-07-24';
const attempt = (version: number): string => `0000000${version}-${'0'.repeat(32)}`;
const part = (version: number, sha256 = 'sum'): Part => ({
  path: `a/attempts/date=2018-07-24/${attempt(version)}/part-0`,
  bytes: 3,
  rows: 1,
  sha256,
});

/** A chain of three versions: the second names the part of the first, the third has one of its own. */
function chain(
  change: (manifests: [Manifest, Manifest, Manifest]) => void = () => {},
): readonly Uint8Array[] {
  const manifests: [Manifest, Manifest, Manifest] = [
    manifestOf({ task, version: 1, parts: [part(1)] }),
    manifestOf({ task, version: 2, parts: [part(1)] }),
    manifestOf({ task, version: 3, parts: [part(3)] }),
  ];
  change(manifests);
  const bytes: Uint8Array[] = [];
  for (const manifest of manifests) {
    const before = bytes.at(-1);
    const previous = manifest.previous ?? (before === undefined ? null : chainDigest(before));
    bytes.push(manifestBytes({ ...manifest, previous }));
  }
  return bytes;
}

const kindsOf = (versions: readonly (Uint8Array | undefined)[]): readonly string[] =>
  verifyChain(task, versions).findings.map(({ kind, version }) => `${kind} ${version}`);

describe('a chain of versions', () => {
  test('that is whole has no finding', () => {
    const { manifests, findings } = verifyChain(task, chain());
    expect(findings).toEqual([]);
    expect([...manifests.keys()]).toEqual([1, 2, 3]);
  });

  test('with a version missing is told once, and not as broken too', () => {
    const [first, , third] = chain();
    expect(kindsOf([first, undefined, third])).toEqual(
      ['version-missing 2', 'attempt-disagrees 3'].slice(0, 1),
    );
  });

  test('with a manifest that cannot be read names it, and that the next one does not follow it', () => {
    const [first, , third] = chain();
    expect(kindsOf([first, new TextEncoder().encode('{'), third])).toEqual([
      'manifest-invalid 2',
      'chain-broken 3',
    ]);
  });

  test('in which an old manifest was changed is broken behind it', () => {
    const [first, second, third] = chain();
    const changed = new TextEncoder().encode(`${new TextDecoder().decode(first)} `);
    expect(kindsOf([changed, second, third])).toEqual(['chain-broken 2']);
  });

  test('whose first version names one before it is broken', () => {
    expect(kindsOf(chain(([first]) => Object.assign(first, { previous: 'x' })))).toEqual(['chain-broken 1']);
  });

  test('with an attempt that went for another version disagrees', () => {
    const versions = chain(([, , third]) => Object.assign(third, { attempt: attempt(2), parts: [part(2)] }));
    expect(kindsOf(versions)).toEqual(['attempt-disagrees 3']);
  });

  test('with a part that is neither its own nor of the version before disagrees', () => {
    expect(kindsOf(chain(([, second]) => Object.assign(second, { parts: [part(3)] })))).toEqual([
      'attempt-disagrees 2',
    ]);
    expect(kindsOf(chain(([, second]) => Object.assign(second, { parts: [part(1, 'other')] })))).toEqual([
      'attempt-disagrees 2',
    ]);
  });
});

test('inputs are there with the fingerprints recorded', () => {
  const inputs = ['b', 'c', 'd'].map((id) => ({ input: 'x', task: id, version: 2, fingerprint: 'f' }));
  const there: Readonly<Record<string, string>> = { b: 'f', c: 'g' };
  const findings = verifyInputs(manifestOf({ task, version: 4, inputs }), (id) => {
    const fingerprint = there[id];
    return fingerprint === undefined ? undefined : { fingerprint };
  });
  expect(findings).toEqual([
    {
      kind: 'input-differs',
      task,
      version: 4,
      what: 'It was made from version 2 of c with the fingerprint f, and that has g.',
    },
    {
      kind: 'input-missing',
      task,
      version: 4,
      what: 'It was made from version 2 of d, which cannot be read.',
    },
  ]);
});

test('a part is what was recorded: its bytes and its SHA-256', () => {
  const place = { task, version: 1 };
  expect(verifyPart(place, part(1), { bytes: 3, sha256: 'sum' })).toEqual([]);
  expect(verifyPart(place, part(1), { bytes: 2, sha256: 'sum' })).toMatchObject([
    { kind: 'part-damaged', what: expect.stringContaining('has 2 bytes instead of 3') },
  ]);
  expect(verifyPart(place, part(1), { bytes: 3, sha256: 'mus' })).toMatchObject([
    { what: expect.stringContaining('SHA-256 mus instead of sum') },
  ]);
  expect(verifyPart(place, part(1), { unreadable: 'It is gone.' })).toEqual([
    { kind: 'part-damaged', ...place, what: 'It is gone.' },
  ]);
});

test('a part that several versions name is read once, for the first of them', () => {
  const manifests = [...verifyChain(task, chain()).manifests.values()];
  expect(distinctParts(manifests).map(({ manifest }) => manifest.version)).toEqual([1, 3]);
});
