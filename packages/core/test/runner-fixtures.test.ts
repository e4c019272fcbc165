import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RunnerFixture } from '../src/testing/runner-fixtures.ts';
import {
  allCounted,
  emptyListTable,
  everyTypeTwice,
  listedTable,
  runnerFixtures,
} from '../src/testing/runner-fixtures.ts';

const tables = Object.entries({ ...runnerFixtures, allCounted, listedTable, emptyListTable, everyTypeTwice });

test.each(tables)(
  'the fingerprint of %s is what the definition says of its rows',
  (_, { fingerprint, ...rows }) => {
    expect(fingerprintOf(rows)).toBe(fingerprint);
  },
);

/** The fingerprint of rows as it is defined, without an engine. */
function fingerprintOf({ columns, rows }: Omit<RunnerFixture, 'fingerprint'>): string {
  const types = Object.values(columns);
  const sums = { high: 0n, low: 0n };
  for (const row of rows) {
    const text = row.map((value, index) => canonicalText(types[index] ?? '', value)).join('');
    const digest = createHash('md5').update(text).digest('hex');
    sums.high += BigInt(`0x${digest.slice(0, 16)}`);
    sums.low += BigInt(`0x${digest.slice(16)}`);
  }
  const named = JSON.stringify(Object.entries(columns));
  const facts = `{"columns":${named},"high":"${sums.high}","low":"${sums.low}","rows":"${rows.length}"}`;
  return createHash('sha256').update(facts).digest('hex');
}

function canonicalText(type: string, value: string | null): string {
  if (value === null) return 'n';
  if (type === 'string') return `v${[...value].length}:${value}`;
  if (type !== 'timestamp') return `v${value}`;
  return `v${BigInt(Date.parse(`${value.slice(0, 19)}Z`)) * 1000n + BigInt(value.slice(20, 26))}`;
}
