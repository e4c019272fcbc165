import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderForTest, projectForTest, startIn } from './project.ts';

interface Told {
  readonly outcome: string;
  readonly lines: readonly {
    readonly about: string;
    readonly what: string;
    readonly ok: boolean;
    readonly detail: string;
    readonly remedy?: string;
  }[];
}

const told = (out: string): Told => JSON.parse(out) as Told;

test('where everything works each thing is told, nothing stays behind, and the exit code is 0', async () => {
  const { daybook, folder } = projectForTest();
  const { code, out, err } = await daybook('doctor');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const what of ['Node', 'runners', 'clock', 'hard links', 'durable writes', 'engine', 'scratch folder'])
    expect(out).toMatch(new RegExp(`^  ✓ ${what} `, 'm'));
  expect(out).not.toContain('✗');
  expect(out).toMatch(/\nEverything works\.\n$/);
  expect(existsSync(join(folder, 'data'))).toBe(false);
  expect(existsSync(join(folder, '.daybook'))).toBe(false);
});

test('without a configuration the rest is told, and how to make one', async () => {
  const { code, out } = await startIn(folderForTest(), ['doctor']).ended;
  expect(code).toBe(2);
  expect(out).toContain('✗ configuration  There is no daybook.config.ts in ');
  expect(out).toContain('daybook init FOLDER makes a new project.');
  expect(out).toContain('✓ clock');
  expect(out).toContain('\n1 thing of 4 does not work.\n');
});

test('a configuration that cannot be loaded is a finding with its place', async () => {
  const folder = folderForTest();
  writeFileSync(join(folder, 'daybook.config.ts'), 'const a = 1;\nexport default {{');
  const { code, out } = await startIn(folder, ['doctor', '--json']).ended;
  expect(code).toBe(2);
  expect(told(out).outcome).toBe('failed');
  expect(told(out).lines.find(({ what }) => what === 'configuration')).toMatchObject({
    ok: false,
    detail: expect.stringContaining('daybook.config.ts, line 2, cannot be loaded'),
  });
});

test('a task without a runner, and what a plugin finds, are told with what to do about it', async () => {
  const folder = folderForTest();
  writeFileSync(join(folder, 'file'), '');
  const config = (tasks: string): string => `
import { defineConfig, defineTask, table } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
const spark = defineTask({ name: 'far', output: table({ n: 'bigint' }), job: { kind: 'spark', program: { path: '/far.py', name: 'far.py', sha256: '0' } } });
export default defineConfig({
  targets: fileTargets({ root: new URL('./file/data', import.meta.url) }),
  runners: [localRunner({ memoryBytes: 2 ** 60, threads: 0, scratch: ${JSON.stringify(join(folder, 'file/scratch'))} })],
  tasks: ${tasks},
});\n`;
  writeFileSync(join(folder, 'daybook.config.ts'), config('[]'));
  const broken = await startIn(folder, ['doctor', '--json']).ended;
  expect(broken.code).toBe(3);
  const faults = told(broken.out).lines.filter(({ ok }) => !ok);
  expect(faults.map(({ about, what }) => [about.split(' ')[0], what])).toEqual([
    ['Target', 'folder'],
    ['Runner', 'memory'],
    ['Runner', 'threads'],
    ['Runner', 'scratch folder'],
  ]);
  expect(faults.every(({ remedy }) => remedy !== undefined)).toBe(true);
  writeFileSync(join(folder, 'daybook.config.ts'), config('[spark]'));
  const without = await startIn(folder, ['doctor']).ended;
  expect(without.code).toBe(2);
  expect(without.out).toContain('✗ runners         No runner in daybook.config.ts takes far, a spark job');
});
