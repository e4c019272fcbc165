import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { memoryTargets } from '@daybook/core/testing';
import { expect, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { doubled, sales, totals } from './fixtures/daybook.config.ts';
import { projectOf } from './project.ts';

const date = '2020-01-02';
const tasks = [sales, totals, doubled];

test('a part in a target that is no folder is held against its SHA-256 when it is copied', async () => {
  const target = memoryTargets();
  const runner = localRunner({ isolation: 'none', cache: { bytes: 0 } });
  const project = projectOf(tasks, { target, runner });
  await project.run([totals({ date })]);
  const [part] = (await project.manifest(totals({ date }))).parts;
  const bytes = target.files().get(part?.path ?? '') ?? new Uint8Array();
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  expect(await project.end(doubled({ date }))).toMatchObject({
    kind: 'failed',
    error: {
      code: 'part-damaged',
      message: expect.stringMatching(
        /^The part totals\/.* has the SHA-256 .*: restore it .* with --force\.$/,
      ) as string,
    },
  });
});

test('force makes a damaged part good: of a loaded table, and of what SQL and code make', async () => {
  const project = projectOf(tasks);
  const roots = [
    sales({ date: '2020-01-01' }),
    totals({ date: '2020-01-01' }),
    doubled({ date: '2020-01-01' }),
  ];
  await project.run(roots);
  for (const task of roots) {
    const before = await project.manifest(task);
    const part = await project.part(task);
    const bytes = readFileSync(part);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    writeFileSync(part, bytes);
    expect(await project.end(task, { force: true })).toMatchObject({ kind: 'published', version: 2 });
    const after = await project.manifest(task);
    expect(after.fingerprint).toBe(before.fingerprint);
    const [made] = after.parts;
    const digest = createHash('sha256').update(readFileSync(await project.part(task)));
    expect(made?.sha256).toBe(digest.digest('hex'));
    expect(await project.end(task, { force: true })).toMatchObject({ kind: 'unchanged', version: 3 });
  }
});

test('a part that is gone or has another size is damaged, and no job reads it', async () => {
  const project = projectOf(tasks);
  await project.run([totals({ date })]);
  const part = await project.part(totals({ date }));
  const bytes = readFileSync(part);
  appendFileSync(part, 'x');
  expect(await project.end(doubled({ date }))).toMatchObject({
    kind: 'failed',
    error: { code: 'part-damaged' },
  });
  truncateSync(part, bytes.length - 1);
  expect(await project.end(doubled({ date }))).toMatchObject({
    kind: 'failed',
    error: { code: 'part-damaged' },
  });
  rmSync(part);
  expect(await project.end(doubled({ date }))).toMatchObject({
    kind: 'failed',
    error: { code: 'part-damaged' },
  });
});
