import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectForTest } from './project.ts';

const today = ['--today', '2018-07-08'];
const documentOf = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

test('a project from nothing to its reports: plan, run, run again, late data, changed code', async () => {
  const { daybook, sell, folder } = projectForTest();
  sell('2018-07-01', 'north 1.50', 'south 2.25', 'north 10.00');
  sell('2018-07-02', 'north 3.00');

  expect(
    await daybook('plan', 'all-sales', '--through', '2018-07-02', '--exit-code', ...today),
  ).toMatchObject({ code: 6 });
  expect(existsSync(join(folder, 'data'))).toBe(false);

  const first = await daybook('run', 'all-sales', '--through', '2018-07-02', '--today', '2018-07-03');
  expect(first.code).toBe(0);
  expect(first.out).toContain('outputs made, 0 fresh.');
  expect(first.out).toContain('sales-statistics  2 published  2018-07-01 … 2018-07-02, 2 days');
  expect(first.out).toContain('Unverified: their source had no totals to hold them against');
  expect(first.err).toContain('published sales/date=2018-07-01 version 1, 3 rows, missing (');

  const shown = await daybook(
    'show',
    'sales-statistics',
    '--date',
    '2018-07-01',
    '--format',
    'tsv',
    ...today,
  );
  expect(shown).toEqual({ code: 0, out: 'shop\tsales\ttotal\nnorth\t2\t11.50\nsouth\t1\t2.25\n', err: '' });

  sell('2018-07-02', 'north 4.00');
  const second = await daybook(
    'run',
    'all-sales',
    '--through',
    '2018-07-02',
    '--today',
    '2018-07-03',
    '--json',
  );
  expect(second.code).toBe(0);
  expect(documentOf(second.out)).toMatchObject({
    outcome: 'ok',
    run: expect.stringMatching(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/),
    fresh: 2,
    tasks: expect.arrayContaining(
      [
        {
          task: 'sales/date=2018-07-01',
          outcome: 'unchanged',
          version: 2,
          reason: 'refetch-due',
          unverified: true,
        },
        { task: 'sales/date=2018-07-02', outcome: 'published', version: 2, reason: 'refetch-due' },
        {
          task: 'sales-statistics/date=2018-07-02',
          outcome: 'published',
          version: 2,
          reason: 'input-changed',
        },
        { task: 'sales-report-tsv/date=2018-07-02', outcome: 'published', version: 2 },
      ].map((each) => expect.objectContaining(each) as unknown),
    ),
  });

  const config = join(folder, 'daybook.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace('count(*) AS sales', 'count(1) AS sales'));
  const third = await daybook('run', 'all-sales', '--through', '2018-07-02', ...today);
  expect(third.err).toContain(
    'A change of code restates 2 published outputs. 2 outputs made from them may follow.',
  );
  expect(third.out).toContain('sales-statistics  2 unchanged');

  expect(
    await daybook('plan', 'all-sales', '--through', '2018-07-02', '--exit-code', ...today),
  ).toMatchObject({ code: 0 });
  expect(await daybook('verify')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing is wrong: 6 tasks'),
  });
});

test('a control that does not hold blocks, says why, and what lies below is not run', async () => {
  const { daybook, sell } = projectForTest();
  sell('2018-07-01', 'north 1.50', 'south -2.25');
  const { code, out } = await daybook('run', 'daily-sales', '--date', '2018-07-01', ...today);
  expect(code).toBe(5);
  expect(out).toContain('sales/date=2018-07-01 is not published: a control does not hold');
  expect(out).toMatch(/line {2}shop {3}amount\n +2 {2}south {3}-2\.25\n/);
  expect(out).toContain('Ask the shop for a file without refunds.');
  expect(out).toContain(
    '2 tasks below did not run: sales-statistics 2018-07-01; sales-report-tsv 2018-07-01',
  );
  expect(out).toContain('daybook run daily-sales --date 2018-07-01 --today 2018-07-08');

  const why = await daybook('why', 'sales-statistics', '--date', '2018-07-01', ...today);
  expect(why).toMatchObject({ code: 0, out: expect.stringContaining('daybook why sales --date 2018-07-01') });
  const culprit = await daybook('why', 'sales', '--date', '2018-07-01', ...today);
  expect(culprit.out).toContain('control amount-is-positive');
  const history = await daybook('history', 'sales/date=2018-07-01');
  expect(history.out).toContain('The control amount-is-positive does not hold.');

  const json = documentOf(
    (await daybook('run', 'daily-sales', '--date', '2018-07-01', '--json', ...today)).out,
  );
  expect(json).toMatchObject({
    outcome: 'blocked',
    tasks: [
      {
        outcome: 'blocked',
        controls: [{ held: false, offenders: [{ shop: 'south', amount: '-2.25' }] }],
        stage: expect.stringMatching(/^file:/),
      },
      { outcome: 'upstream-failed', culprit: 'sales/date=2018-07-01' },
      { outcome: 'upstream-failed', culprit: 'sales/date=2018-07-01' },
    ],
  });
});

test('days that are not there wait, exit 4, and the others are made', async () => {
  const { daybook, sell } = projectForTest();
  sell('2018-07-01', 'north 1.50');
  const { code, out, err } = await daybook(
    'run',
    'sales-statistics',
    '--from',
    '2018-07-01',
    '--through',
    '2018-07-03',
    ...today,
  );
  expect(code).toBe(4);
  expect(err).toContain('waiting sales/date=2018-07-02 for the file 2018-07-02.ndjson');
  expect(out).toContain('for the file 2018-07-02.ndjson (2018-07-02 … 2018-07-03, 2 days)');
  expect(out).toContain('sales-statistics  1 published  2018-07-01');
  const future = await daybook('plan', 'sales', '--from', '2018-07-08', '--through', '2018-07-09', ...today);
  expect(future.out).toContain('for 2018-07-08 … 2018-07-09, 2 days, to be over (today is 2018-07-08)');
  const external = await daybook('run', 'prices', '--date', '2018-07-01', '--json', ...today);
  expect(external.code).toBe(4);
  expect(documentOf(external.out)).toMatchObject({
    outcome: 'waiting',
    tasks: [
      {
        task: 'prices/date=2018-07-01',
        outcome: 'waiting',
        for: 'prices/date=2018-07-01, which another project publishes',
      },
    ],
  });
});

test('a file that cannot be read fails, exit 3, with its code', async () => {
  const { daybook, write } = projectForTest();
  write('sales/2018-07-01.ndjson', '{"shop":"north","amount":"one"}\n');
  const { code, out } = await daybook('run', 'sales', '--date', '2018-07-01', ...today);
  expect(code).toBe(3);
  expect(out).toMatch(/sales\/date=2018-07-01 failed \[[a-z-]+\]\n/);
  expect(out).toContain('daybook why sales --date 2018-07-01');
});

describe('an interrupted run', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends cleanly at %s, keeps what is made and exits 130',
    async (signal) => {
      const { start, sell, write, daybook } = projectForTest();
      sell('2018-07-01', 'north 1.50');
      write('sales/2018-07-02.ndjson.slow', '');
      const started = start('run', 'sales', '--from', '2018-07-01', '--through', '2018-07-02', ...today);
      await started.said('published sales/date=2018-07-01');
      started.process.kill(signal);
      const { code, out, err } = await started.ended;
      expect(code).toBe(130);
      expect(err).toContain('Stopping: attempts are ended, what is published stays.');
      expect(out).toContain('Run cancelled after');
      expect(out).toContain('Cancelled\n  sales  2018-07-02');
      expect((await daybook('show', 'sales', '--date', '2018-07-01', '--format', 'tsv')).out).toContain(
        'north\t1.50',
      );
    },
  );
});

test('a second interrupt does not wait for attempts, and still lets go of what the runners hold', async () => {
  const { start, write } = projectForTest();
  write(
    'deaf.config.ts',
    `
      import { defineConfig, defineTask, sql, table } from '@daybook/core';
      import { fileTargets } from '@daybook/target-file';
      const deaf = {
        name: 'deaf',
        kinds: ['sql'],
        async *run() {
          process.stderr.write('running\\n');
          await new Promise(() => setInterval(() => {}, 1000));
        },
        async close() {
          process.stderr.write('closed\\n');
        },
      };
      const sales = defineTask({ name: 'sales', output: table({ id: 'bigint' }), job: sql\`SELECT 1\` });
      export default defineConfig({ targets: fileTargets({ root: new URL('./data', import.meta.url) }), runners: [deaf], tasks: [sales] });
    `,
  );
  const started = start('run', 'sales', '--config', 'deaf.config.ts');
  await started.said('running');
  started.process.kill('SIGINT');
  await started.said('Stopping');
  started.process.kill('SIGINT');
  const { code, err } = await started.ended;
  expect(code).toBe(130);
  expect(err).toContain('closed');
});

test('where the journal cannot be written that is one plain line, and the run goes on', async () => {
  const { daybook, write } = projectForTest();
  write('.daybook', 'a file where the folder should be');
  const { code, err } = await daybook('run', 'letters', '--size', 'small');
  expect(code).toBe(0);
  expect(err).toMatch(
    /^The journal .*\.ndjson cannot be written, and the run goes on without it: ENOTDIR.*\n\[1\/1\] published/,
  );
  expect(err).not.toContain('Warning');
});
