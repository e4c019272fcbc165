import type { Manifest } from '../src/manifest.ts';

/** A manifest with whatever is given, and something plain for the rest. */
export function manifestOf(given: Partial<Manifest> & Pick<Manifest, 'task'>): Manifest {
  const { task, version = 1, ...rest } = given;
  return {
    format: 1,
    task,
    version,
    previous: null,
    attempt: `${String(version).padStart(8, '0')}-${'0'.repeat(32)}`,
    publishedAt: '2018-07-25T00:00:00.000Z',
    today: '2018-07-25',
    reason: { kind: 'missing' },
    codeDigest: 'code',
    output: { kind: 'table', columns: [['id', 'bigint']] },
    inputs: [],
    parts: [],
    rows: 0,
    fingerprint: `fingerprint ${version}`,
    controls: [],
    runner: { name: 'stub' },
    durationMs: 0,
    ...rest,
  };
}
