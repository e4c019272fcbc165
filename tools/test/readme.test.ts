import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, root } from '../documents/blocks.ts';
import { commandsOf, settled, shellIn } from '../documents/console.ts';

/** A folder that looks like the repository to the commands of the README, with a demonstration of its own in `.demo`. */
const folder = mkdtempSync(join(tmpdir(), 'daybook-readme-'));
const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, COLUMNS: undefined };

beforeAll(() => {
  for (const name of ['node_modules', 'examples']) symlinkSync(join(root, name), join(folder, name));
  const demo = join(root, 'tools/demo/demo.ts');
  const { status, stderr } = spawnSync(process.execPath, [demo, join(folder, '.demo')], {
    encoding: 'utf8',
    env: environment,
  });
  expect(stderr).not.toContain('The demonstration ends here');
  expect(status).toBe(0);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tour of the README', () => {
  const shell = shellIn(folder, environment);
  const blocks = blocksOf('README.md')
    .filter((block) => block.language === 'sh' || block.language === 'console')
    .filter((block) => !block.text.includes('npm ci'));
  const commands = blocks.flatMap((block) => commandsOf(block).map((each) => ({ ...each, block })));
  test.each(commands)('$command', ({ command, output, block }) => {
    const { output: printed, status } = shell.run(command);
    if (block.language === 'sh') expect(`${status}\n${printed}`).toMatch(/^0\n/);
    else expect(settled(printed)).toBe(settled(output));
  });
});
