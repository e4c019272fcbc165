import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Project } from './project.ts';
import { projectForTest } from './project.ts';

const days = ['--from', '2018-07-01', '--through', '2018-07-02', '--today', '2018-07-10'] as const;

/** A project with two days of sales, their statistics and their files. */
async function published(): Promise<Project> {
  const project = projectForTest();
  project.sell('2018-07-01', 'north 1.50');
  project.sell('2018-07-02', 'south 9.75');
  expect(await project.daybook('run', 'daily-sales', ...days)).toMatchObject({ code: 0 });
  return project;
}

/** Puts other bytes in the place of a task's part, and makes the manifest of its only version agree. */
function replacePart({ folder }: Project, name: string, bytes: Buffer): string {
  const [part = ''] = globSync(`data/${name}/attempts/date=2018-07-01/*/*`, { cwd: folder });
  writeFileSync(join(folder, part), bytes);
  const path = join(folder, `data/${name}/versions/date=2018-07-01/00000001.json`);
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { parts: Record<string, unknown>[] };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  manifest.parts = manifest.parts.map((each) => ({ ...each, bytes: bytes.length, sha256 }));
  writeFileSync(path, JSON.stringify(manifest));
  return part.slice('data/'.length);
}

function partOfSecondDay({ folder }: Project, name: string): Buffer {
  const [part = ''] = globSync(`data/${name}/attempts/date=2018-07-02/*/*`, { cwd: folder });
  return readFileSync(join(folder, part));
}

test('verify --deep makes fingerprints again and says of which versions it cannot', async () => {
  const { daybook } = await published();
  expect((await daybook('verify')).out).toMatch(
    /^Nothing is wrong: 6 tasks, 6 versions, 6 parts, .* read\.\n$/,
  );
  const deep = await daybook('verify', '--deep');
  expect(deep).toMatchObject({ code: 0, err: '' });
  expect(deep.out).toMatch(
    /read\.\nOf 4 versions the fingerprint was made again\.\nOf 2 versions it cannot be, for that of a loaded table is of the raw bytes as they came, which are\nnot kept: sales\.\n$/,
  );
  const json = await daybook('verify', 'sales-statistics', '--deep', '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    outcome: 'ok',
    versions: 2,
    fingerprints: { made: 2, notMade: { loaded: 0, damaged: 0 } },
    findings: [],
  });
});

test('rows that were changed together with their manifest are found by verify --deep alone', async () => {
  const project = await published();
  const part = replacePart(project, 'sales-statistics', partOfSecondDay(project, 'sales-statistics'));
  expect(await project.daybook('verify', 'sales-statistics')).toMatchObject({ code: 0 });
  const { code, out } = await project.daybook('verify', 'sales-statistics', '--deep');
  expect(code).toBe(3);
  expect(out).toContain('1 finding in 2 tasks');
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    `sales-statistics/date=2018-07-01 version 1 The rows of ${part} have the fingerprint`,
  );
  expect(out).toContain('Restore both from a backup, or make the');
  const { findings } = JSON.parse(
    (await project.daybook('verify', 'sales-statistics', '--deep', '--json')).out,
  ) as { findings: readonly unknown[] };
  expect(findings).toMatchObject([{ kind: 'fingerprint-differs', task: 'sales-statistics/date=2018-07-01' }]);
  const healed = await project.daybook(
    'run',
    'sales-statistics',
    '--date',
    '2018-07-01',
    '--force',
    '--today',
    '2018-07-10',
  );
  expect(healed.code).toBe(0);
});

test('rows of another declaration, and what is no table, are found by verify --deep alone', async () => {
  const project = await published();
  replacePart(project, 'sales-statistics', partOfSecondDay(project, 'sales'));
  expect((await project.daybook('verify')).code).toBe(0);
  const other = await project.daybook('verify', '--deep');
  expect(other).toMatchObject({ code: 3, out: expect.stringContaining('cannot be read') });
  replacePart(project, 'sales-statistics', Buffer.from('no table at all'));
  const none = await project.daybook('verify', '--deep');
  expect(none).toMatchObject({ code: 3, out: expect.stringContaining('cannot be read') });
});

test('files that were changed together with their manifest are found by verify --deep alone', async () => {
  const project = await published();
  replacePart(project, 'sales-report-tsv', Buffer.from('shop\tsales\ttotal\nnorth\t1\t999.00\n'));
  expect((await project.daybook('verify')).code).toBe(0);
  const { code, out } = await project.daybook('verify', '--deep', '--json');
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({
    findings: [{ kind: 'fingerprint-differs', what: expect.stringContaining('The names and contents of') }],
  });
});

test('a part that is damaged is told once, and its fingerprint is not made', async () => {
  const project = await published();
  const [part = ''] = globSync('data/sales-statistics/attempts/date=2018-07-01/*/*', { cwd: project.folder });
  writeFileSync(join(project.folder, part), 'cut');
  const { code, out } = await project.daybook('verify', '--deep');
  expect(code).toBe(3);
  expect(out).toContain('1 finding in');
  expect(out).toContain('Of 1 version it was not, for a part is damaged: sales-statistics.');
});
