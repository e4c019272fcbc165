import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Control, ControlResult, ExpectedRow, LoadJob } from '@daybook/core';
import {
  defineTask,
  everyRow,
  inSequence,
  noNulls,
  noRows,
  sameTotal,
  sql,
  table,
  uniqueKey,
  zeroSum,
} from '@daybook/core';
import { memoryTargets } from '@daybook/core/testing';
import { describe, expect, test } from 'vitest';
import { projectOf, query } from './project.ts';

const columns = { id: 'bigint', kind: 'string', net: 'decimal(18,2)' } as const;

const source = defineTask({
  name: 'source',
  output: table(columns),
  job: sql`SELECT CAST(1 AS BIGINT) AS id, 'a' AS kind, CAST(1 AS DECIMAL(18,2)) AS net
    UNION ALL SELECT 2, 'b', -1`,
});

/** What the one control finds in an output of these rows, made from `source`, and whether it was published. */
async function found(
  control: Control<never> | Control<'output.id'> | Control,
  rows: string,
): Promise<ControlResult & { readonly published: boolean }> {
  const made = defineTask({
    name: 'made',
    inputs: () => ({ source: source() }),
    output: table(columns),
    controls: [control as Control<never>],
    job: sql([
      `SELECT CAST(id AS BIGINT) AS id, CAST(kind AS VARCHAR) AS kind, CAST(net AS DECIMAL(18,2)) AS net FROM (VALUES ${rows}) t(id, kind, net)`,
    ] as unknown as TemplateStringsArray),
  });
  const project = projectOf([source, made]);
  const end = await project.end(made());
  if (end.kind === 'blocked') {
    await expect(project.manifest(made())).rejects.toThrow('is not published');
    return { ...only(end.controls), published: false };
  }
  expect(end).toMatchObject({ kind: 'published' });
  return { ...only((await project.manifest(made())).controls), published: true };
}

function only(results: readonly ControlResult[]): ControlResult {
  expect(results.length).toBe(1);
  return results[0] as ControlResult;
}

const good = `(1, 'a', 1.00), (2, 'b', -1.00)`;

describe.each<[string, Control, Readonly<Record<string, string>>]>([
  ['unique-key', uniqueKey('id'), { broken: '0' }],
  ['no-nulls', noNulls('kind', 'net'), { rows: '2', broken: '0' }],
  ['every-row', everyRow('small', sql`net < 10`), { rows: '2', broken: '0' }],
  ['zero-sum', zeroSum('net', { by: [] }), { broken: '0' }],
  [
    'same-total',
    sameTotal('source.net', 'output.net', { by: ['kind'] }),
    { groups: '2', broken: '0', a: '1.00', b: '-1.00' },
  ],
  ['same-total of rows', sameTotal('source.*', 'output.*'), { groups: '1', broken: '0', total: '2' }],
  [
    'no-rows',
    noRows('no strangers', sql`SELECT id FROM output EXCEPT SELECT id FROM source`),
    { broken: '0' },
  ],
])('the control %s', (_, control, figures) => {
  test('holds, and its figures are in the manifest', async () => {
    expect(await found(control, good)).toEqual({ name: control.name, held: true, figures, published: true });
  });
});

describe('a control that fails blocks publication, with figures and offenders:', () => {
  test('a key that is there twice', async () => {
    expect(
      await found(uniqueKey('id', 'kind'), `(1, 'a', 1), (1, 'a', 2), (2, 'b', 3), (1, 'b', 4)`),
    ).toMatchObject({
      held: false,
      published: false,
      figures: { broken: '1' },
      offenders: [{ id: '1', kind: 'a', row_count: '2' }],
    });
  });

  test('a key with a null in it that is there twice', async () => {
    expect(await found(uniqueKey('kind'), `(1, NULL, 1), (2, NULL, 2)`)).toMatchObject({
      offenders: [{ kind: null, row_count: '2' }],
    });
  });

  test('a null', async () => {
    expect(await found(noNulls('kind', 'net'), `(1, NULL, 1), (2, 'b', NULL), (3, 'c', 3)`)).toMatchObject({
      figures: { rows: '3', broken: '2' },
      offenders: [
        { id: '1', kind: null, net: '1.00' },
        { id: '2', kind: 'b', net: null },
      ],
    });
  });

  test('a row that breaks a condition, or for which it is null', async () => {
    expect(
      await found(everyRow('small', sql`net < 10`), `(1, 'a', 10), (2, 'b', NULL), (3, 'c', 3)`),
    ).toMatchObject({
      name: 'small',
      figures: { rows: '3', broken: '2' },
      offenders: [{ id: '1' }, { id: '2' }],
    });
  });

  test('a sum that is not zero', async () => {
    expect(
      await found(zeroSum('net', { by: ['kind'] }), `(1, 'a', 1), (2, 'a', -1), (3, 'b', 0.01)`),
    ).toMatchObject({
      figures: { broken: '1' },
      offenders: [{ kind: 'b', sum_is_not_zero: '0.01' }],
    });
  });

  test('a sum with a null in it, which is no sum', async () => {
    expect(
      await found(
        zeroSum('net', { by: ['kind'] }),
        `(1, 'a', NULL), (2, 'b', 0), (3, 'c', NULL), (4, 'c', 0)`,
      ),
    ).toMatchObject({ figures: { broken: '2' }, offenders: [{ kind: 'a' }, { kind: 'c' }] });
  });

  test('totals that differ, groups that one side has not, and what to do about it', async () => {
    const control = sameTotal('source.net', 'output.net', { by: ['kind'], remedy: 'Ask the exchange.' });
    expect(await found(control, `(1, 'a', 1.01), (3, 'c', 5)`)).toMatchObject({
      figures: { groups: '3', broken: '3', a: '1.00 ≠ 1.01', b: '-1.00 ≠ 0', c: '0 ≠ 5.00' },
      offenders: [
        { kind: 'a', 'source.net': '1.00', 'output.net': '1.01' },
        { kind: 'b', 'source.net': '-1.00', 'output.net': null },
        { kind: 'c', 'source.net': null, 'output.net': '5.00' },
      ],
      remedy: 'Ask the exchange.',
    });
  });

  test('a group without a key on one side and rows that sum to nothing on the other', async () => {
    const control = sameTotal('source.net', 'output.net', { by: ['kind'] });
    expect(await found(control, `(1, 'a', 1), (2, 'b', -1), (3, NULL, 0.01)`)).toMatchObject({
      figures: { groups: '3', broken: '1' },
    });
    expect(await found(control, `(1, 'a', 1), (2, 'b', -1), (3, 'c', NULL)`)).toMatchObject({
      published: true,
    });
  });

  test('rows that a query finds', async () => {
    expect(
      await found(
        noRows('no strangers', sql`SELECT id FROM output EXCEPT SELECT id FROM source;`),
        `(7, 'a', 1)`,
      ),
    ).toMatchObject({ figures: { broken: '1' }, offenders: [{ id: '7' }] });
  });

  test('ten offenders at most, the first by their values', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => `(${25 - index}, 'x', 1)`).join(', ');
    const { figures, offenders } = await found(everyRow('none', sql`net < 0`), rows);
    expect(figures).toEqual({ rows: '25', broken: '25' });
    expect(offenders?.map((row) => row['id'])).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index + 1)),
    );
  });

  test('totals of more than ten groups, told without a figure for each', async () => {
    const rows = Array.from({ length: 11 }, (_, index) => `(${index}, 'k${index}', 1)`).join(', ');
    const { figures } = await found(sameTotal('source.net', 'output.net', { by: ['kind'] }), rows);
    expect(figures).toEqual({ groups: '13', broken: '13' });
  });
});

test('a group that is called `broken` in the data does not pass for the number of broken groups', async () => {
  const control = sameTotal('source.net', 'output.net', { by: ['kind'] });
  const result = await found(control, `(1, 'a', 1), (2, 'b', -1), (3, 'broken', 0), (4, 'x', 5)`);
  expect(result).toMatchObject({ held: false, figures: { groups: '4', broken: '1' } });
});

test('controls of the same name are each told, and the one that fails is not hidden by the one that holds', async () => {
  const made = defineTask({
    name: 'made',
    output: table({ n: 'integer' }),
    controls: [everyRow('rows', sql`n > 5`), everyRow('rows', sql`n > 0`), noNulls('n')],
    job: sql`SELECT 1 AS n`,
  });
  expect(await projectOf([made]).end(made())).toMatchObject({
    kind: 'blocked',
    controls: [
      { name: 'rows', held: false, figures: { rows: '1', broken: '1' } },
      { name: 'rows', held: true, figures: { rows: '1', broken: '0' } },
      { name: 'no-nulls(n)', held: true },
    ],
  });
});

test('a derived task may call an input `expected`, and its controls are not left out', async () => {
  const made = defineTask({
    name: 'made',
    inputs: () => ({ expected: source() }),
    output: table(columns),
    controls: [sameTotal('expected.net', 'output.net', { by: ['kind'] })],
    job: sql`SELECT id, kind, CAST(net * 2 AS DECIMAL(18,2)) AS net FROM expected`,
  });
  expect(await projectOf([source, made]).end(made())).toMatchObject({
    kind: 'blocked',
    controls: [{ held: false, figures: { broken: '2' } }],
  });
});

test('a control over a large output counts every row', async () => {
  const made = defineTask({
    name: 'made',
    output: table({ n: 'bigint' }),
    controls: [everyRow('odd', sql`n % 1000 <> 999`), uniqueKey('n')],
    job: sql`SELECT i AS n FROM range(300000) t(i)`,
  });
  expect(await projectOf([made]).end(made())).toMatchObject({
    kind: 'blocked',
    controls: [{ figures: { rows: '300000', broken: '300' } }, { held: true }],
  });
});

test('a blocked output stays in the attempt’s stage for inspection, in a folder and elsewhere', async () => {
  const made = defineTask({
    name: 'made',
    output: table({ n: 'integer' }),
    controls: [everyRow('positive', sql`n > 0`)],
    job: sql`SELECT -7 AS n`,
  });
  const project = projectOf([made]);
  const end = await project.end(made());
  const stage = end.kind === 'blocked' ? fileURLToPath(end.stage) : '';
  expect(await query(`SELECT * FROM '${join(stage, 'part-0.parquet')}'`)).toEqual([{ n: -7 }]);
  const target = memoryTargets();
  expect(await projectOf([made], { target }).end(made())).toMatchObject({ kind: 'blocked' });
  const [staged, ...others] = [...target.files()];
  expect(staged?.[0]).toMatch(/^made\/attempts\/-\/00000001-[0-9a-f]{32}\/part-0\.parquet$/);
  expect(staged?.[1].length).toBeGreaterThan(100);
  expect(others).toEqual([]);
});

test('times are told as everywhere else, in UTC with all their decimals', async () => {
  const moments = { n: 'integer', moment: 'timestamp' } as const;
  const made = defineTask({
    name: 'made',
    output: table(moments),
    controls: [
      noRows('none', sql`SELECT moment, CAST(CAST(moment AS DATE) AS TIMESTAMP) AS midnight, n FROM output`),
      sameTotal('output.n', 'output.*', { by: ['moment'] }),
    ],
    job: sql`SELECT 7 AS n, TIMESTAMPTZ '1969-12-31 23:59:59.5+00' AS moment`,
  });
  const at = '1969-12-31T23:59:59.500000Z';
  expect(await projectOf([made]).end(made())).toMatchObject({
    kind: 'blocked',
    controls: [
      { offenders: [{ moment: at, midnight: '1969-12-31T00:00:00.000000Z', n: '7' }] },
      { figures: { [at]: '7 ≠ 1' }, offenders: [{ moment: at, 'output.n': '7', 'output.*': '1' }] },
    ],
  });
});

test('what depends on a blocked task does not run', async () => {
  const made = defineTask({
    name: 'made',
    output: table({ n: 'integer' }),
    controls: [everyRow('positive', sql`n > 0`)],
    job: sql`SELECT -7 AS n`,
  });
  const next = defineTask({
    name: 'next',
    inputs: () => ({ made: made() }),
    output: table({ n: 'integer' }),
    job: sql`SELECT n FROM made`,
  });
  const { outcome, tasks } = await projectOf([made, next]).run([next()]);
  expect(outcome).toBe('blocked');
  expect(tasks.find((task) => task.task === 'next')?.end).toEqual({
    kind: 'upstream-failed',
    culprit: 'made',
  });
});

describe('a loaded table', () => {
  const load = (lines: readonly string[], expected?: readonly ExpectedRow[]): LoadJob => ({
    kind: 'load',
    version: '1',
    formats: {
      ndjson: {
        columns: { n: 'text', net: 'text' },
        statement: `SELECT CAST(n AS BIGINT) AS n, CAST(net AS DECIMAL(18,2)) AS net FROM raw`,
      },
    },
    expected: { count: 'bigint', net: 'decimal(18,2)' },
    fetch: async ({ scratch }) => {
      const path = join(scratch, 'x.ndjson');
      await writeFile(path, lines.join('\n'));
      return {
        kind: 'file',
        format: 'ndjson',
        path,
        source: null,
        ...(expected === undefined ? {} : { expected }),
      };
    },
  });
  const loaded = async (
    controls: readonly Control[],
    ns: readonly (number | bigint | null)[],
    expected?: readonly ExpectedRow[],
  ) => {
    const made = defineTask({
      name: 'made',
      output: table({ n: 'bigint', net: 'decimal(18,2)' }),
      controls: controls as readonly Control<never>[],
      job: load(
        ns.map((n) => `{"n": ${n}, "net": "1.25"}`),
        expected,
      ),
    });
    const project = projectOf([made]);
    const end = await project.end(made());
    const results = end.kind === 'blocked' ? end.controls : (await project.manifest(made())).controls;
    return { kind: end.kind, results };
  };

  test('in sequence holds', async () => {
    expect(await loaded([inSequence('n')], [1, 2, 3])).toEqual({
      kind: 'published',
      results: [{ name: 'in-sequence(n)', held: true, figures: { rows: '3', broken: '0' } }],
    });
  });

  test.each([
    ['a gap', [1, 2, 4, 5, 6], [{ record: '3', value_before: '2', n: '4', net: '1.25' }]],
    ['a repeat', [1, 2, 2, 3], [{ record: '3', value_before: '2', n: '2', net: '1.25' }]],
    [
      'disorder',
      [1, 3, 2],
      [
        { record: '2', value_before: '1', n: '3' },
        { record: '3', value_before: '3', n: '2' },
      ],
    ],
    ['a beginning that is not 1', [2, 3], [{ record: '1', value_before: '0', n: '2' }]],
    ['the greatest number', [1, 9223372036854775807n], [{ record: '2', value_before: '1' }]],
    [
      'nothing behind the greatest number',
      [9223372036854775807n, 1],
      [{ record: '1' }, { record: '2', value_before: '9223372036854775807' }],
    ],
  ])('with %s is out of sequence', async (_, ns, offenders) => {
    expect(await loaded([inSequence('n')], ns)).toMatchObject({
      kind: 'blocked',
      results: [{ held: false, offenders }],
    });
  });

  test('with a null is out of sequence', async () => {
    expect(await loaded([inSequence('n')], [1, null, 3])).toMatchObject({
      kind: 'blocked',
      results: [
        {
          offenders: [
            { record: '2', n: null },
            { record: '3', value_before: null },
          ],
        },
      ],
    });
  });

  test('far into a file of many row groups, disorder is found where it is', async () => {
    const ns = Array.from({ length: 300_000 }, (_, index) => index + 1);
    [ns[250_000], ns[250_001]] = [250_002, 250_001];
    expect(await loaded([inSequence('n')], ns)).toMatchObject({
      kind: 'blocked',
      results: [
        {
          figures: { rows: '300000', broken: '3' },
          offenders: [{ n: '250002' }, { n: '250001' }, { n: '250003' }],
        },
      ],
    });
  });

  test('is controlled against what was expected', async () => {
    const controls = [sameTotal('expected.net', 'output.net'), sameTotal('expected.count', 'output.*')];
    expect(await loaded(controls, [1, 2], [{ count: 2n, net: '2.50' }])).toMatchObject({ kind: 'published' });
    expect(await loaded(controls, [1, 2], [{ count: 3, net: '2.50' }])).toMatchObject({
      kind: 'blocked',
      results: [{ held: true }, { held: false, figures: { total: '3 ≠ 2' } }],
    });
  });

  test('for which nothing is expected has the controls over it left out, and no others', async () => {
    const controls = [
      sameTotal('expected.net', 'output.net'),
      noRows('as expected', sql`SELECT count FROM expected EXCEPT SELECT COUNT(*) FROM output`),
      inSequence('n'),
    ];
    expect(await loaded(controls, [1, 2])).toMatchObject({
      kind: 'published',
      results: [{ name: 'in-sequence(n)' }],
    });
    expect((await loaded(controls, [1, 2], [{ count: 2, net: '2.5' }])).results.length).toBe(3);
  });

  test('for which nothing is expected keeps a control that only says the word', async () => {
    const control = noRows('no surprise', sql`SELECT n, 'not expected' AS why FROM output WHERE n > 1`);
    expect(await loaded([control], [1, 2])).toMatchObject({ kind: 'blocked' });
  });

  test('for which no row is expected is controlled against none', async () => {
    expect(await loaded([sameTotal('expected.net', 'output.net')], [1], [])).toMatchObject({
      kind: 'blocked',
      results: [{ figures: { total: '0.00 ≠ 1.25' } }],
    });
  });
});
