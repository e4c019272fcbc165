import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Block } from '../documents/blocks.ts';
import { blocksOf, documents, root } from '../documents/blocks.ts';
import { commandsOf, settled, shellIn } from '../documents/console.ts';

const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, COLUMNS: undefined };

/** A page with files in it is a tour: its files are written and its commands run, in the order in which they are read. */
const tours = documents()
  .filter((document) => document.startsWith('docs/'))
  .filter((document) => blocksOf(document).some((block) => block.file !== undefined));

test('there is a page that is a tour', () => expect(tours).toContain('docs/controls.md'));

describe.each(tours)('the tour of %s', (document) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-tour-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const shell = shellIn(folder, environment);

  test.each(blocksOf(document).flatMap(stepsOf))('$title', ({ block, command, output }) => {
    if (block.file !== undefined) {
      const path = join(folder, block.file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, block.text);
      return;
    }
    const { output: printed, status } = shell.run(command);
    // The pages call the folder of their project `/books`.
    const shown = printed.replaceAll(folder, '/books');
    if (block.language === 'sh') expect(`${status}\n${shown}`).toMatch(/^0\n/);
    else expect(settled(shown)).toBe(settled(output));
  });
});

interface Step {
  readonly title: string;
  readonly block: Block;
  readonly command: string;
  readonly output: string;
}

function stepsOf(block: Block): readonly Step[] {
  if (block.file !== undefined) return [{ title: `the file ${block.file}`, block, command: '', output: '' }];
  if (block.language !== 'sh' && block.language !== 'console') return [];
  return commandsOf(block).map(({ command, output }) => ({ title: command.trim(), block, command, output }));
}
