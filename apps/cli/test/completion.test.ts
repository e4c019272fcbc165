import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TaskDefinition } from '@daybook/core';
import { choice, day, defaulted, defineTask, sql, table, yesterday } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { commandSpecs } from '../src/commands.ts';
import { completionsOf } from '../src/completions.ts';
import { projectForTest, startIn } from './project.ts';

const output = table({ n: 'bigint' });
const tasks = [
  defineTask({ name: 'sales', params: { date: day }, output, job: sql`SELECT 1` }),
  defineTask({
    name: 'sales-report',
    params: { size: choice('small', 'large') },
    output,
    job: sql`SELECT 1`,
  }),
  defineTask({ name: 'accounting', params: { through: defaulted(day, yesterday) } }),
] as unknown as readonly TaskDefinition[];
const words = (line: string): readonly string[] =>
  completionsOf(line.split(' '), tasks).map(({ word }) => word);

describe('what may stand at the cursor', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', commandSpecs.map(({ name }) => name)],
    ['ver', ['verify']],
    ['run ', ['sales', 'sales-report', 'accounting']],
    ['run sal', ['sales', 'sales-report']],
    ['--config a.ts run acc', ['accounting']],
    ['run --force acc', ['accounting']],
    ['run sales --d', ['--date', '--debug']],
    ['run sales-report --s', ['--scheduler', '--size']],
    ['run sales-report --da', []],
    ['run sales-report --size ', ['small', 'large']],
    ['run sales-report --size l', ['large']],
    ['run accounting --th', ['--through']],
    ['run sales --date 2018-07-01 --da', []],
    ['run sales x', []],
    ['graph sales sales-', ['sales-report']],
    ['show sales --format t', ['table', 'tsv']],
    ['export sales --to ', []],
    ['gc --o', ['--older-than']],
    ['gc ', []],
    ['init ', []],
    ['completion ', ['bash', 'zsh']],
    ['nonsense ', []],
    ['--to', ['--today']],
  ];
  test.each(cases)('daybook %s', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  test('is told with a few words on it', () => {
    expect(completionsOf(['run', 'sales-r'], tasks)).toEqual([
      { word: 'sales-report', about: '--size small|large' },
    ]);
    expect(completionsOf(['gc', '--del'], tasks)).toEqual([{ word: '--delete', about: 'Remove them.' }]);
  });
});

test('the command answers with the tasks of the configuration here, and with none where there is none', async () => {
  const { daybook, folder } = projectForTest();
  expect(await daybook('--complete', 'why', 'sales-')).toEqual({
    code: 0,
    out: 'sales-statistics\t--date YYYY-MM-DD\nsales-report-tsv\t--date YYYY-MM-DD\n',
    err: '',
  });
  const nowhere = await startIn('/', ['--complete', 'why', 'sales-']).ended;
  expect(nowhere).toEqual({ code: 0, out: '', err: '' });
  const named = ['--complete', '--config', join(folder, 'daybook.config.ts'), 'why', 'mon'];
  expect((await startIn('/', named).ended).out).toBe('monthly-sales\t--month YYYY-MM\n');
});

test('the script for bash completes in bash', async () => {
  const { daybook, folder } = projectForTest();
  const { out: script } = await daybook('completion', 'bash');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const command = fileURLToPath(new URL('../bin/daybook.js', import.meta.url));
  writeFileSync(join(bin, 'daybook'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(bin, 'daybook'), 0o755);
  const press = `${script}
COMP_WORDS=(daybook run monthly-s)
COMP_CWORD=2
_daybook
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p daybook`;
  const { stdout, stderr } = spawnSync('bash', ['-c', press], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  expect({ stdout, stderr }).toEqual({
    stdout: 'monthly-sales\ncomplete -o default -F _daybook daybook\n',
    stderr: '',
  });
});

test('another shell is refused', async () => {
  const { daybook } = projectForTest();
  expect(await daybook('completion', 'fish')).toEqual({
    code: 2,
    out: '',
    err: 'error: There is no completion for fish: daybook completion bash, or daybook completion zsh. [usage]\n',
  });
  expect((await daybook('completion')).code).toBe(2);
  expect((await daybook('completion', 'zsh')).out).toContain('compdef _daybook daybook');
});
