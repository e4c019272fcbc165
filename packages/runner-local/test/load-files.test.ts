import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { load, loadFile } from './loading.ts';
import { query, temporaryFolder } from './project.ts';

describe.each([
  [
    'ndjson',
    Array.from({ length: 20_000 }, (_, index) => `{"a":${index},"b":"${Math.sin(index)}"}\n`).join(''),
  ],
  ['csv', `a,b\n${Array.from({ length: 20_000 }, (_, index) => `${index},${Math.sin(index)}\n`).join('')}`],
] as const)('gzip of %s', (format, text) => {
  const packed = gzipSync(text);
  const name = `raw.${format}.gz`;
  const count = {
    output: { rows: 'bigint', most: 'bigint' },
    statement: 'SELECT count(*) AS rows, max(CAST(a AS BIGINT)) AS most FROM raw',
  } as const;

  test('is read', async () => {
    expect(await load(packed, { format, name, ...count })).toEqual([{ rows: '20000', most: '19999' }]);
  });

  test('is read where its text has a byte order mark', async () => {
    expect(await load(gzipSync(`\ufeff${text}`), { format, name, ...count })).toEqual([
      { rows: '20000', most: '19999' },
    ]);
  });

  test('is read where it has several members', async () => {
    const half = text.indexOf('\n', text.length / 2) + 1;
    const members = Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]);
    expect(await load(members, { format, name, ...count })).toEqual([{ rows: '20000', most: '19999' }]);
  });

  test.each([
    ['half of it', packed.length / 2],
    ['its trailer', packed.length - 8],
    ['one byte of its trailer', packed.length - 1],
  ])('is refused when it was cut and %s is left or missing', async (_, bytes) => {
    expect(await load(packed.subarray(0, bytes), { format, name, ...count })).toMatch(
      /raw\..*gz for loaded cannot be read to its end: unexpected end of file\. It is cut or damaged/,
    );
  });

  test('is refused when its checksum is wrong', async () => {
    const damaged = Buffer.from(packed);
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
    expect(await load(damaged, { format, name, ...count })).toMatch(
      /incorrect data check\. It is cut or damaged/,
    );
  });

  test('is refused when it is no gzip', async () => {
    expect(await load(text, { format, name, ...count })).toMatch(/incorrect header check/);
  });
});

describe('Parquet', () => {
  const readable = {
    small: `CAST(7 AS INTEGER)`,
    big: `CAST(-9223372036854775808 AS BIGINT)`,
    tiny: `CAST(200 AS UTINYINT)`,
    unsigned: `CAST(18446744073709551615 AS UBIGINT)`,
    amount: `CAST('-12.30' AS DECIMAL(18,2))`,
    precise: `CAST('0.000000001' AS DECIMAL(38,9))`,
    word: `'🍵'`,
    instant: `TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'`,
    local: `TIMESTAMP '2018-07-24 00:00:00.5'`,
    nanoseconds: `TIMESTAMP_NS '1969-12-31 23:59:59.999999'`,
    finer: `TIMESTAMP_NS '2018-07-24 00:00:00.123456789'`,
    no_moment: `CAST(NULL AS TIMESTAMP_NS)`,
    nothing: `CAST(NULL AS DECIMAL(18,2))`,
  };
  const parquet = async (
    columns: Readonly<Record<string, string>>,
    raw: readonly string[],
    type: 'text' | 'json' = 'text',
  ) => {
    const path = join(temporaryFolder(), 'raw.parquet');
    const selected = Object.entries(columns).map(([name, value]) => `${value} AS ${name}`);
    await query(`COPY (SELECT ${selected.join(', ')}) TO '${path}' (FORMAT parquet)`);
    return await loadFile(path, {
      format: 'parquet',
      raw: Object.fromEntries(raw.map((name) => [name, type])),
    });
  };

  test('is read as exact text, with null for a column that it has not', async () => {
    expect(await parquet(readable, [...Object.keys(readable), 'missing'])).toEqual([
      {
        small: '7',
        big: '-9223372036854775808',
        tiny: '200',
        unsigned: '18446744073709551615',
        amount: '-12.30',
        precise: '0.000000001',
        word: '🍵',
        instant: '1969-12-31T23:59:59.999999Z',
        local: '2018-07-24T00:00:00.500000Z',
        nanoseconds: '1969-12-31T23:59:59.999999Z',
        finer: '2018-07-24T00:00:00.123456789Z',
        no_moment: null,
        nothing: null,
        missing: null,
      },
    ]);
  });

  test.each([
    ['DOUBLE', 'CAST(12.5 AS DOUBLE)'],
    ['FLOAT', 'CAST(12.5 AS FLOAT)'],
    ['BLOB', `CAST('x' AS BLOB)`],
    ['INTEGER[]', '[1]'],
  ])('with a column of %s is refused, if the column is wanted', async (type, value) => {
    expect(await parquet({ a: value, b: `'x'` }, ['a', 'b'])).toMatch(
      new RegExp(
        `The column a of .*raw.parquet for loaded has the type ${type.replace('[]', '\\[\\]')}, which is not exact`,
      ),
    );
    expect(await parquet({ a: value, b: `'x'` }, ['b'])).toEqual([{ b: 'x' }]);
  });

  test('that is cut is refused', async () => {
    const path = join(temporaryFolder(), 'whole.parquet');
    await query(`COPY (SELECT 'x' AS a, 'y' AS b FROM range(1000)) TO '${path}' (FORMAT parquet)`);
    const bytes = readFileSync(path);
    expect(await load(bytes.subarray(0, bytes.length - 10), { format: 'parquet' })).toMatch(
      /loaded cannot be loaded from .*raw\.parquet: /,
    );
    expect(await load('no Parquet at all', { format: 'parquet' })).toMatch(
      /loaded cannot be loaded from .*raw\.parquet: /,
    );
  });
});

test('a raw file whose name holds wildcards is read alone', async () => {
  const folder = temporaryFolder();
  for (const format of ['ndjson', 'csv'] as const) {
    const text = (n: number): string => (format === 'csv' ? `a,b\n${n},x\n` : `{"a":${n},"b":"x"}\n`);
    for (const [name, n] of [
      [`s*[1]?.${format}`, 1],
      [`s12.${format}`, 2],
      [`sx[1]y.${format}`, 3],
    ] as const)
      writeFileSync(join(folder, name), text(n));
    expect(await loadFile(join(folder, `s*[1]?.${format}`), { format })).toEqual([{ a: '1', b: 'x' }]);
  }
});

test('a folder whose name looks like a partition adds no column', async () => {
  const folder = join(temporaryFolder(), 'a=5');
  mkdirSync(folder);
  writeFileSync(join(folder, 'raw.ndjson'), '{"b":"x"}\n');
  writeFileSync(join(folder, 'raw.csv'), 'b\nx\n');
  await query(`COPY (SELECT 'x' AS b) TO '${join(folder, 'raw.parquet')}' (FORMAT parquet)`);
  for (const format of ['ndjson', 'csv', 'parquet'] as const)
    expect(await loadFile(join(folder, `raw.${format}`), { format })).toEqual([{ a: null, b: 'x' }]);
});
