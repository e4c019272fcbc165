import { describe, expect, test } from 'vitest';
import { codeDigestOf, declarationOf, projectDigestOf } from '../src/code-digest.ts';
import { everyRow, noRows, uniqueKey } from '../src/control.ts';
import type { LoadJob, SparkJob } from '../src/job.ts';
import { sha256 } from '../src/digest.ts';
import { day } from '../src/param.ts';
import { files, table } from '../src/schema.ts';
import { param, sql } from '../src/sql/statement.ts';
import type { TaskDefinition, TaskSpec } from '../src/task.ts';
import { defineTask } from '../src/task.ts';

type Spec = TaskSpec<{ date: typeof day }, {}, { id: 'bigint'; net: 'bigint' }>;

const output = table({ id: 'bigint', net: 'bigint' });
const base = {
  name: 'report',
  params: { date: day },
  output,
  controls: [uniqueKey('id')],
  job: sql`SELECT id, net FROM t WHERE d = ${param('date')} AND k IN (${['a', 'b']})`,
} as const;
const load: LoadJob = {
  kind: 'load',
  version: '1',
  formats: { csv: { columns: { id: 'text' }, statement: 'SELECT id FROM raw' } },
  expected: { count: 'bigint' },
  fetch: async () => ({ kind: 'waiting', for: 'a' }),
};

const program = { path: '/a/sessions.py', name: 'sessions.py', sha256: '0'.repeat(64) };
const changedProgram = { ...program, sha256: '1'.repeat(64) };
const spark: SparkJob = { kind: 'spark', program };

function digest(changed: object): string {
  return codeDigestOf(defineTask({ ...base, ...changed } as unknown as Spec) as unknown as TaskDefinition);
}

describe('the code digest', () => {
  const same: readonly (readonly [string, object, object])[] = [
    ['the task is defined again', {}, {}],
    [
      'priority, resources, retries and timeout change',
      {},
      { priority: 3, resources: { a: 1 }, retries: 0, timeoutMs: 1 },
    ],
    [
      'the order in which people are shown its rows changes',
      {},
      { output: table({ id: 'bigint', net: 'bigint' }, { orderBy: ['net'] }) },
    ],
    [
      'the remedy of a control changes',
      { controls: [everyRow('a', sql`x`)] },
      { controls: [everyRow('a', sql`x`, { remedy: 'Do.' })] },
    ],
    [
      'the function of a code job changes and its version does not',
      { job: { kind: 'code', version: '1', run: async () => undefined } },
      {
        job: {
          kind: 'code',
          version: '1',
          run: async () => {
            throw new Error('another');
          },
        },
      },
    ],
    [
      'the function of a load job changes and its version does not',
      { job: load },
      { job: { ...load, fetch: async () => ({ kind: 'not-modified' as const, source: 1 }) } },
    ],
    [
      'a piece of SQL is put in rather than written',
      { job: sql`SELECT a FROM b` },
      { job: sql`SELECT ${sql`a FROM b`}` },
    ],
    ['the refetch of a load job changes', { job: load }, { job: load, refetch: 'always' }],
    [
      'a Spark program lies elsewhere',
      { job: spark },
      { job: { ...spark, program: { ...program, path: '/b/sessions.py' } } },
    ],
  ];
  test.each(same)('stays when %s', (_when, a, b) => {
    expect(digest(a)).toBe(digest(b));
  });

  const changed: readonly (readonly [string, object, object])[] = [
    ['the text of its SQL', {}, { job: sql`SELECT id, net FROM t` }],
    [
      'a value put into its SQL',
      {},
      { job: sql`SELECT id, net FROM t WHERE d = ${param('date')} AND k IN (${['a', 'c']})` },
    ],
    [
      'the parameter that its SQL uses',
      { params: { date: day, day }, job: sql`${param('date')}` },
      { params: { date: day, day }, job: sql`${param('day')}` },
    ],
    ['the name of a column', {}, { output: table({ id: 'bigint', total: 'bigint' }) }],
    ['the type of a column', {}, { output: table({ id: 'bigint', net: 'decimal(18,2)' }) }],
    ['the order of its columns', {}, { output: table({ net: 'bigint', id: 'bigint' }) }],
    ['a control that is added', {}, { controls: [uniqueKey('id'), uniqueKey('net')] }],
    ['a control that is removed', {}, { controls: [] }],
    ['what a control checks', {}, { controls: [uniqueKey('net')] }],
    [
      'the SQL of a condition',
      { controls: [everyRow('a', sql`x > 0`)] },
      { controls: [everyRow('a', sql`x > 1`)] },
    ],
    [
      'the SQL of a query',
      { controls: [noRows('a', sql`SELECT 1`)] },
      { controls: [noRows('a', sql`SELECT 2`)] },
    ],
    ['the kind of its job', {}, { job: { kind: 'code', version: '1', run: async () => undefined } }],
    [
      'the version of a code job',
      { job: { kind: 'code', version: '1', run: async () => undefined } },
      { job: { kind: 'code', version: '2', run: async () => undefined } },
    ],
    ['the version of a load job', { job: load }, { job: { ...load, version: '2' } }],
    [
      'the statement of a load job',
      { job: load },
      { job: { ...load, formats: { csv: { columns: { id: 'text' }, statement: 'SELECT 1' } } } },
    ],
    [
      'the raw columns of a load job',
      { job: load },
      { job: { ...load, formats: { csv: { columns: { id: 'json' }, statement: 'SELECT id FROM raw' } } } },
    ],
    ['what is in a Spark program', { job: spark }, { job: { ...spark, program: changedProgram } }],
    ['a file that Spark is given', { job: spark }, { job: { ...spark, files: [program] } }],
    [
      'what is in a file that Spark is given',
      { job: { ...spark, files: [program] } },
      { job: { ...spark, files: [changedProgram] } },
    ],
    ['the arguments of a Spark program', { job: spark }, { job: { ...spark, arguments: [param('date')] } }],
    ['the class of a Spark program', { job: spark }, { job: { ...spark, mainClass: 'Sessions' } }],
    ['what a load job expects', { job: load }, { job: { ...load, expected: { count: 'integer' } } }],
    [
      'an output of files',
      { controls: [], job: { kind: 'code', version: '1', run: async () => undefined } },
      { controls: [], output: files(), job: { kind: 'code', version: '1', run: async () => undefined } },
    ],
  ];
  test.each(changed)('changes with %s', (_what, a, b) => {
    expect(digest(a)).not.toBe(digest(b));
  });

  test('is the same in every release, for it is written into every manifest', () => {
    const declared = '"output":{"columns":[["id","bigint"],["net","bigint"]],"kind":"table"}';
    expect(digest({ job: sql`SELECT ${1}` })).toBe(
      sha256(
        `{"controls":[{"check":{"columns":["id"],"kind":"unique-key"},"name":"unique-key(id)"}],"job":{"kind":"sql","statement":"SELECT 1"},${declared}}`,
      ),
    );
    expect(digest({ job: load, controls: [] })).toBe(
      sha256(
        `{"controls":[],"job":{"expected":{"count":"bigint"},"formats":{"csv":{"columns":{"id":"text"},"statement":"SELECT id FROM raw"}},"kind":"load","version":"1"},${declared}}`,
      ),
    );
  });
});

describe('the digest of a project', () => {
  const definition = (name: string, version: string): TaskDefinition =>
    defineTask({
      name,
      output,
      job: { kind: 'code', version, run: async () => undefined },
    }) as unknown as TaskDefinition;
  const project = projectDigestOf([definition('a', '1'), definition('b', '1')]);

  test('does not depend on the order of its tasks', () => {
    expect(projectDigestOf([definition('b', '1'), definition('a', '1')])).toBe(project);
  });

  test('changes with a task, its name or its code', () => {
    expect(projectDigestOf([definition('a', '1')])).not.toBe(project);
    expect(projectDigestOf([definition('a', '1'), definition('c', '1')])).not.toBe(project);
    expect(projectDigestOf([definition('a', '1'), definition('b', '2')])).not.toBe(project);
  });
});

test('a declaration has the columns in order, and nothing of how they are shown', () => {
  expect(declarationOf(output)).toEqual({
    kind: 'table',
    columns: [
      ['id', 'bigint'],
      ['net', 'bigint'],
    ],
  });
  expect(declarationOf(files())).toEqual({ kind: 'files' });
});
