import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectForTest } from './project.ts';

const dead = `00000001-${'d'.repeat(32)}`;
const open = `00000002-${'e'.repeat(32)}`;

test('what a dead attempt left behind is listed, and goes with --delete; what is published stays', async () => {
  const { daybook, folder } = projectForTest();
  await daybook('run', 'letters', '--size', 'small');
  const attempts = join(folder, 'data/letters/attempts/size=small');
  for (const attempt of [dead, open]) {
    mkdirSync(join(attempts, attempt));
    writeFileSync(join(attempts, attempt, 'part'), 'x'.repeat(1234));
  }
  mkdirSync(join(folder, `data/gone/attempts/-/${dead}`), { recursive: true });
  const listed = await daybook('gc');
  expect(listed).toMatchObject({ code: 0, err: '' });
  expect(listed.out).toContain('Would go: 1 attempt, 1.2 kB.');
  expect(listed.out).toContain('1 attempt at the next version of its task');
  expect(listed.out).toContain('\nNext\n  daybook gc --delete\n');
  expect(existsSync(join(attempts, dead))).toBe(true);
  expect(await daybook('gc', '--delete')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Removed 1 attempt, 1.2 kB.'),
  });
  expect(existsSync(join(attempts, dead))).toBe(false);
  expect(existsSync(join(attempts, open))).toBe(true);
  expect(JSON.parse((await daybook('gc', '--json')).out)).toMatchObject({
    outcome: 'ok',
    attempts: [],
    staying: [{ task: 'letters/size=small', attempt: open, fate: 'open' }],
  });
  expect(await daybook('verify')).toMatchObject({ code: 0 });
});

test('a task that is no longer in the configuration is covered too', async () => {
  const { daybook, folder, write } = projectForTest();
  await daybook('run', 'letters', '--size', 'small');
  mkdirSync(join(folder, `data/letters/attempts/size=small/${dead}`));
  write(
    'other.config.ts',
    `import { defineConfig } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
export default defineConfig({ targets: fileTargets({ root: 'data' }), runners: [localRunner()], tasks: [] });\n`,
  );
  const listed = await daybook('gc', '--config', 'other.config.ts');
  expect(listed.out).toContain('Would go: 1 attempt');
  expect(listed.out).toContain('daybook gc --config other.config.ts --delete');
});

test('what may still be published is not removed by its age below two days', async () => {
  const { daybook } = projectForTest();
  const refused = await daybook('gc', '--older-than', '1');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain('give 2 days or more, not 1. [usage]');
  expect((await daybook('gc', '--older-than', 'x')).code).toBe(2);
  expect(await daybook('gc', 'letters')).toMatchObject({
    code: 2,
    err: 'error: daybook gc is given letters, and takes options only. See daybook gc --help. [usage]\n',
  });
});
