import { globSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectForTest, startIn } from './project.ts';

const today = ['--today', '2018-07-08'];
const documentOf = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

test('rows are shown as a table, as TSV and as one JSON document', async () => {
  const { daybook } = projectForTest();
  expect(await daybook('run', 'letters', '--size', 'small', '--label', 'a/b')).toMatchObject({ code: 0 });
  const task = ['letters', '--size', 'small', '--label', 'a/b'];
  const table = await daybook('show', ...task, '--limit', '1');
  expect(table.out).toBe(
    [
      'id  letter',
      String.raw` 1  tab\t, back\\slash`,
      '',
      'letters/size=small,label=a%2Fb version 1: 1 row shown, 1 more (--limit N, or --format tsv for all)',
      '',
    ].join('\n'),
  );
  expect((await daybook('show', ...task, '--format', 'tsv')).out).toBe(
    'id\tletter\n1\ttab\\t, back\\\\slash\n2\t\n',
  );
  expect(documentOf((await daybook('show', ...task, '--json')).out)).toEqual({
    task: 'letters/size=small,label=a%2Fb',
    version: 1,
    columns: ['id', 'letter'],
    rows: [
      { id: '1', letter: 'tab\t, back\\slash' },
      { id: '2', letter: null },
    ],
  });
});

test('a stale output is shown with a note, an older version on request, files as their text', async () => {
  const { daybook, sell } = projectForTest();
  sell('2018-07-01', 'north 1.50');
  await daybook('run', 'daily-sales', '--date', '2018-07-01', ...today);
  const date = ['--date', '2018-07-01'];
  expect(await daybook('show', 'sales-report-tsv', ...date, ...today)).toEqual({
    code: 0,
    out: 'shop\tsales\ttotal\nnorth\t1\t1.50\n',
    err: '',
  });
  sell('2018-07-01', 'north 2.50');
  await daybook('run', 'sales', ...date, '--refetch', '--today', '2018-07-09');
  const stale = await daybook('show', 'sales-statistics', ...date, '--format', 'tsv', ...today);
  expect(stale).toMatchObject({ code: 0, out: 'shop\tsales\ttotal\nnorth\t1\t1.50\n' });
  expect(stale.err).toBe(
    'note: sales-statistics/date=2018-07-01 is stale (will run, input-changed: sales/date=2018-07-01 version 1 → 2). daybook run sales-statistics --date 2018-07-01 --today 2018-07-08 renews it.\n',
  );
  expect(
    documentOf((await daybook('show', 'sales-statistics', ...date, '--json', ...today)).out),
  ).toMatchObject({ stale: 'input-changed' });
  expect(
    (await daybook('show', 'sales', ...date, '--version', '1', '--format', 'tsv', ...today)).out,
  ).toContain('1.50');
  const status = await daybook('status', '--from', '2018-07-01', '--through', '2018-07-02', ...today);
  expect(status.out).toMatch(/sales-statistics +◐ {2}○/);
  expect(status.out).toMatch(/sales-report-tsv +◔ {2}○/);
  const why = await daybook('why', 'sales-statistics', ...date, ...today);
  expect(why.out).toContain(
    'input-changed: it was made from sales/date=2018-07-01 version 1, and now there is version 2.',
  );
});

test('what was never published is not shown: exit 4, with the command that makes it', async () => {
  const { daybook } = projectForTest();
  const shown = await daybook('show', 'sales', '--date', '2018-07-01');
  expect(shown).toEqual({
    code: 4,
    out: '',
    err: 'error: sales/date=2018-07-01 has never been published: daybook run sales --date 2018-07-01 makes it. [not-published]\n',
  });
  const elsewhere = ['--config', 'daybook.config.ts', '--today', '2018-07-08'];
  expect((await daybook('show', 'sales', '--date', '2018-07-01', ...elsewhere)).err).toContain(
    'daybook run sales --date 2018-07-01 --config daybook.config.ts --today 2018-07-08 makes it.',
  );
  const exported = await daybook(
    'export',
    'sales',
    '--from',
    '2018-07-01',
    '--through',
    '2018-07-03',
    '--to',
    'out',
  );
  expect(exported.code).toBe(4);
  expect(exported.err).toContain('daybook run sales --from 2018-07-01 --through 2018-07-03 makes them.');
});

test('a reader that has had enough ends a long output quietly', async () => {
  const { daybook, start } = projectForTest();
  await daybook('run', 'many');
  const { process: child, ended } = start('show', 'many', '--format', 'tsv');
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

test('rows that cannot be written are not lost in silence', async () => {
  const { daybook, folder } = projectForTest();
  await daybook('run', 'letters', '--size', 'small');
  for (const words of [['--format', 'tsv'], ['--json'], []]) {
    const { code, err } = await startIn(folder, ['show', 'letters', '--size', 'small', ...words], {
      stdout: '/dev/full',
    }).ended;
    expect(code).toBe(3);
    expect(err).toMatch(/^error: Standard output cannot be written: ENOSPC.* \[write-failed\]\n$/);
  }
});

test('a folder that cannot be exported to is told, and is no bug', async () => {
  const { daybook, write } = projectForTest();
  await daybook('run', 'letters', '--size', 'small');
  write('taken', '');
  const { code, err } = await daybook('export', 'letters', '--size', 'small', '--to', 'taken');
  expect(code).toBe(2);
  expect(err).toContain('cannot be written: ');
  expect(err).toContain('give --to a folder that can be written. [usage]');
});

test('an export that is interrupted leaves no half a file, and exits 130', async () => {
  const { daybook, start, folder } = projectForTest();
  await daybook('run', 'many');
  const { process: child, ended } = start('export', 'many', '--to', 'out');
  const written = (): readonly string[] => globSync('out/many/*', { cwd: folder });
  await expect.poll(written).toHaveLength(1);
  child.kill('SIGINT');
  const { code, out, err } = await ended;
  expect({ code, out, err }).toEqual({ code: 130, out: '', err: '' });
  expect(written()).toEqual([]);
});

test('outputs are exported as files, each whole or not at all', async () => {
  const { daybook, sell, folder } = projectForTest();
  sell('2018-07-01', 'north 1.50');
  sell('2018-07-02', 'south 2.50');
  await daybook('run', 'all-sales', '--through', '2018-07-02', ...today);
  const range = ['--from', '2018-07-01', '--through', '2018-07-02'];
  const rows = await daybook('export', 'sales-statistics', ...range, '--to', 'out', ...today);
  expect(rows.out).toContain(`${join('out', 'sales-statistics', '2018-07-01.tsv')}  version 1  1 row  `);
  expect(rows.out).toContain('2 files written');
  await daybook('export', 'sales-report-tsv', ...range, '--to', 'out', ...today);
  const parquet = await daybook(
    'export',
    'sales',
    ...range,
    '--to',
    'out',
    '--format',
    'parquet',
    '--json',
    ...today,
  );
  expect(documentOf(parquet.out)).toMatchObject({
    outcome: 'ok',
    files: [{ task: 'sales/date=2018-07-01', rows: 1 }, { task: 'sales/date=2018-07-02' }],
  });
  const written = globSync('**/*.*', { cwd: join(folder, 'out') }).toSorted();
  expect(written).toEqual([
    'sales-report-tsv/2018-07-01.tsv',
    'sales-report-tsv/2018-07-02.tsv',
    'sales-statistics/2018-07-01.tsv',
    'sales-statistics/2018-07-02.tsv',
    'sales/2018-07-01.parquet',
    'sales/2018-07-02.parquet',
  ]);
  for (const name of ['sales-statistics', 'sales-report-tsv']) {
    expect(readFileSync(join(folder, 'out', name, '2018-07-02.tsv'), 'utf8')).toBe(
      'shop\tsales\ttotal\nsouth\t1\t2.50\n',
    );
  }
});

test('verify finds what was damaged, and export refuses it', async () => {
  const { daybook, sell, folder } = projectForTest();
  for (const day of ['2018-07-01', '2018-07-02', '2018-07-03']) sell(day, 'north 1.50');
  await daybook('run', 'sales-statistics', '--from', '2018-07-01', '--through', '2018-07-03', ...today);
  await daybook('run', 'sales', '--date', '2018-07-01', '--force', ...today);
  const [damaged = ''] = globSync('data/sales/attempts/date=2018-07-02/*/*.parquet', { cwd: folder });
  const bytes = readFileSync(join(folder, damaged));
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  writeFileSync(join(folder, damaged), bytes);
  const manifest = join(folder, 'data/sales/versions/date=2018-07-01/00000001.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"rows": 1', '"rows": 2'));
  rmSync(join(folder, 'data/sales/versions/date=2018-07-03'), { recursive: true });

  const { code, out } = await daybook('verify');
  expect(code).toBe(3);
  expect(out).toContain('3 findings in');
  expect(out).toContain('chain-broken');
  expect(out).toContain('It was made from version 1 of sales/date=2018-07-03, which cannot be read.');
  expect(out).toContain(`The part ${damaged.slice('data/'.length)}`.slice(0, 40));
  expect(documentOf((await daybook('verify', 'sales', '--json')).out)).toMatchObject({
    outcome: 'failed',
    code: 'verify-failed',
    findings: [{ kind: 'chain-broken' }, { kind: 'part-damaged' }],
  });
  const exported = await daybook('export', 'sales', '--date', '2018-07-02', '--to', 'out', ...today);
  expect(exported).toMatchObject({ code: 3, err: expect.stringContaining('[part-damaged]') });
  expect(readdirSync(join(folder, 'out/sales'))).toEqual([]);
  truncateSync(join(folder, damaged), 4);
  expect((await daybook('verify', 'sales')).out).toContain('has 4 bytes instead of');
});

test('the graph is drawn of definitions, and of tasks when their parameters are given', async () => {
  const { daybook } = projectForTest();
  expect((await daybook('graph', 'all-sales', ...today)).out).toBe(
    [
      'all-sales wrapper',
      '└─ daily-sales wrapper [list daily]',
      '   ├─ sales-statistics sql',
      '   │  └─ sales load',
      '   └─ sales-report-tsv code',
      '      └─ sales-statistics sql (drawn above)',
      '',
    ].join('\n'),
  );
  const month = await daybook('graph', 'monthly-sales', '--month', '2018-07');
  expect(month.out).toContain('└─ sales-statistics 2018-07-01 … 2018-07-31, 31 days [list statistics]');
  expect(documentOf((await daybook('graph', '--json')).out)).toMatchObject({
    tasks: expect.arrayContaining([expect.objectContaining({ task: 'prices', kind: 'external' })]),
  });
});

test('the status of months is that of their days, from the first that there is unless more is asked for', async () => {
  const { daybook } = projectForTest();
  const months = await daybook(
    'status',
    'sales',
    '--from',
    '2018-06',
    '--through',
    '2018-07',
    '--json',
    ...today,
  );
  const tasks = documentOf(months.out)['tasks'] as readonly { readonly task: string }[];
  expect(tasks).toHaveLength(31);
  expect([tasks[0]?.task, tasks[30]?.task]).toEqual(['sales/date=2018-07-01', 'sales/date=2018-07-31']);
  expect((await daybook('status', 'sales', ...today)).out).toMatch(/01 02 03 04 05 06 07\n/);
  const asked = await daybook('status', 'sales', '--from', '2018-06-30', '--through', '2018-07-01', ...today);
  expect(asked.out).toMatch(/30 01\n/);
  expect(await daybook('status', '--from', '2018-7', '--through', '2018-07')).toMatchObject({ code: 2 });
});

test('a day that is only due to be fetched again is called stale nowhere but in the plan', async () => {
  const { daybook, sell } = projectForTest();
  sell('2018-07-01', 'north 1.50');
  const words = ['sales-statistics', '--date', '2018-07-01'];
  const nextDay = ['--today', '2018-07-02'];
  await daybook('run', ...words, ...nextDay);
  expect((await daybook('plan', ...words, ...nextDay)).out).toContain(
    'sales  refetch-due: fetched on 2018-07-02  2018-07-01',
  );
  expect(await daybook('show', ...words, '--format', 'tsv', ...nextDay)).toMatchObject({ code: 0, err: '' });
  const status = await daybook('status', '--from', '2018-07-01', '--through', '2018-07-01', ...nextDay);
  expect(status.out).toMatch(/sales +●\nsales-statistics +●\n/);
});
