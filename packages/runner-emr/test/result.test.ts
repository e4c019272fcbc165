import type { StagedFile } from '@daybook/core';
import { defineTask, everyRow, sql, table, tableFingerprint, uniqueKey } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../src/submission/outcome-of.ts';
import { parseResult } from '../src/submission/parse-result.ts';
import type { Result } from '../src/submission/result.ts';
import { workFor } from './works.ts';

const made = defineTask({
  name: 'made',
  output: table({ n: 'bigint' }),
  controls: [uniqueKey('n'), everyRow('positive', sql`n > 0`, { remedy: 'Give positive ones.' })],
  job: sql`SELECT CAST(1 AS BIGINT) AS n`,
});
const work = workFor(made());
const facts = {
  format: 1,
  submission: 'f'.repeat(32),
  application: 'application_1_0001',
  engine: { spark: '3.5.6', python: '3.11.7' },
  seconds: 1.5,
} as const;
const held = [
  { name: 'unique-key(n)', held: true, counts: { broken: '0' } },
  { name: 'positive', held: true, counts: { rows: '2', broken: '0' } },
] as const;
const staged: Result = {
  ...facts,
  outcome: 'staged',
  parts: [{ name: 'app/part-0.parquet', bytes: 9, rows: 2, sha256: 'e'.repeat(64) }],
  sums: { rows: '2', high: '18446744073709551616', low: '7' },
  controls: held,
};
const synced: readonly StagedFile[] = [{ name: 'app/part-0.parquet', bytes: 9, tag: '"t"' }];
const runner = { name: 'emr', cluster: 'j-1' };

describe('a result', () => {
  const parsed = (value: unknown): Result =>
    parseResult(
      new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
      's3://x/result.json',
    );

  test('is read as it was written', () => {
    const others: readonly Result[] = [
      staged,
      { ...facts, outcome: 'timed-out' },
      { ...facts, outcome: 'cancelled' },
      { ...facts, outcome: 'failed', fault: 'task', code: 'sql-failed', message: 'm', trace: 't' },
      {
        ...facts,
        outcome: 'blocked',
        controls: [
          {
            name: 'x',
            held: false,
            counts: { broken: '1' },
            totals: [{ group: [null, 'a'], left: '1', right: null }],
            offenders: [{ n: null }],
          },
        ],
      },
    ];
    for (const each of others) expect(parsed(each)).toEqual(each);
  });

  test.each([
    ['that is no JSON', '{"format"', 'it is not JSON'],
    ['that is no object', '[]', 'it is no object'],
    ['of another format', { ...staged, format: 2 }, 'its format is 2, and this Daybook knows format 1'],
    ['without an outcome', facts, 'its outcome is missing'],
    ['of an outcome that is none', { ...facts, outcome: 'toString' }, 'its outcome is "toString"'],
    ['without sums', { ...staged, sums: undefined }, 'its sums is missing'],
    [
      'with sums that are no digits',
      { ...staged, sums: { rows: '1', high: '1.5', low: '0' } },
      'its sums is {',
    ],
    [
      'with a part without a digest',
      { ...staged, parts: [{ ...staged.parts[0], sha256: 'x' }] },
      'its parts is [',
    ],
    [
      'with a control without counts',
      { ...staged, controls: [{ name: 'x', held: true }] },
      'its controls is [',
    ],
    [
      'of nobody’s fault',
      { ...facts, outcome: 'failed', fault: 'x', code: 'c', message: 'm' },
      'its fault is "x"',
    ],
  ])('%s is refused', (_, value, why) => {
    expect(() => parsed(value)).toThrow(
      expect.objectContaining({
        code: 'job-failed',
        message: expect.stringContaining(`s3://x/result.json cannot be read: ${why}`),
      }),
    );
  });
});

describe('the outcome', () => {
  test('of what was staged names its parts below the root, with the fingerprint and the figures', () => {
    const sums = { rows: '2', high: '18446744073709551616', low: '7' };
    expect(outcomeOf(work, staged, { files: synced, runner })).toEqual({
      attempt: work.attempt,
      kind: 'staged',
      parts: [
        {
          path: `${work.stage.path}app/part-0.parquet`,
          bytes: 9,
          rows: 2,
          sha256: 'e'.repeat(64),
          tag: '"t"',
        },
      ],
      rows: 2,
      fingerprint: tableFingerprint({ kind: 'table', columns: [['n', 'bigint']] }, sums),
      controls: [
        { name: 'unique-key(n)', held: true, figures: { broken: '0' } },
        { name: 'positive', held: true, figures: { rows: '2', broken: '0' } },
      ],
      runner: {
        name: 'emr',
        cluster: 'j-1',
        engine: 'spark',
        spark: '3.5.6',
        python: '3.11.7',
        application: 'application_1_0001',
      },
    });
  });

  test('of a part that is another by now is the infrastructure’s fault', () => {
    const files = [{ name: 'app/part-0.parquet', bytes: 10 }];
    expect(outcomeOf(work, staged, { files, runner })).toMatchObject({
      kind: 'failed',
      fault: 'infrastructure',
      error: { code: 'target-failed' },
    });
  });

  test('of what is blocked has the remedy of the control that failed', () => {
    const controls = [
      held[0],
      { ...held[1], held: false, counts: { rows: '2', broken: '1' }, offenders: [{ n: '-1' }] },
    ];
    expect(outcomeOf(work, { ...facts, outcome: 'blocked', controls }, { files: [], runner })).toMatchObject({
      kind: 'blocked',
      controls: [
        { held: true },
        {
          held: false,
          figures: { rows: '2', broken: '1' },
          offenders: [{ n: '-1' }],
          remedy: 'Give positive ones.',
        },
      ],
    });
  });

  test('of a failure has its code, its cause and its trace', () => {
    const failed = {
      ...facts,
      outcome: 'failed',
      fault: 'task',
      code: 'sql-failed',
      message: 'm',
      trace: 't',
    } as const;
    expect(outcomeOf(work, failed, { files: [], runner })).toEqual({
      attempt: work.attempt,
      kind: 'failed',
      fault: 'task',
      error: { code: 'sql-failed', message: 'm', stack: 't' },
    });
    expect(outcomeOf(work, { ...failed, code: 'never-heard' }, { files: [], runner })).toMatchObject({
      error: { code: 'job-failed' },
    });
  });

  test('of controls that are not those declared is a bug', () => {
    const controls = [held[0]];
    expect(() => outcomeOf(work, { ...facts, outcome: 'blocked', controls }, { files: [], runner })).toThrow(
      'The controls of made are unique-key(n), positive, and those measured are unique-key(n).',
    );
  });
});
