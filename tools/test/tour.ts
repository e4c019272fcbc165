import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Block } from '../documents/blocks.ts';
import { blocksOf, root } from '../documents/blocks.ts';
import { commandsOf, settled, shellIn } from '../documents/console.ts';

const environment = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, COLUMNS: undefined };

/** The port of a scheduler in the pages; another one may be taken here. */
const portOfPages = '8766';
const port = await freePort();

/** A page as a tour: its files are written and its commands run, in the order in which they are read. */
export function tour(document: string): void {
  describe(`the tour of ${document}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-tour-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    // What a tour starts in the background it writes the process of into a file, as a reader would to stop it.
    const alive = (): readonly number[] =>
      globSync(join(folder, '*.pid'))
        .map((path) => Number(readFileSync(path, 'utf8')))
        .filter(isAlive);
    afterAll(() => {
      for (const id of alive()) process.kill(id, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    const shell = shellIn(folder, environment);

    test.each(blocksOf(document).flatMap(stepsOf))(
      '$title',
      ({ block, command, output }) => {
        if (block.file !== undefined) {
          const path = join(folder, block.file);
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, block.text);
          return;
        }
        const { output: printed, status } = shell.run(command.replaceAll(portOfPages, port));
        // The pages call the folder of their project `/books`.
        const shown = printed.replaceAll(folder, '/books').replaceAll(port, portOfPages);
        if (block.language === 'sh') expect(`${status}\n${shown}`).toMatch(/^0\n/);
        else expect(settled(shown)).toBe(settled(output));
      },
      120_000,
    );

    test('leaves no process behind', () => expect(alive()).toEqual([]));
  });
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(free);
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

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
