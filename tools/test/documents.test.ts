import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, documents, root } from '../documents/blocks.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-documents-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every example of TypeScript in a document is a module that type-checks', () => {
  const blocks = documents()
    .flatMap(blocksOf)
    .filter((block) => block.language === 'ts');
  expect(blocks.length).toBeGreaterThan(0);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const places = new Map<string, string>();
  for (const [index, block] of blocks.entries()) {
    const name = `example-${index}.mts`;
    // As many empty lines before it as in the document, so that the lines of the diagnostics are the document's.
    writeFileSync(join(folder, name), `${'\n'.repeat(block.line - 1)}${block.text}export {};\n`);
    places.set(name, block.document);
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        customConditions: ['daybook-source'],
        noUnusedLocals: false,
        allowImportingTsExtensions: true,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['*.mts'],
    }),
  );
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: folder,
  });
  const said = stdout.replaceAll(/example-\d+\.mts/g, (name) => places.get(name) ?? name);
  expect(said).toBe('');
});

test('every link of a document to a file of the repository leads somewhere', () => {
  const broken = documents().flatMap((document) =>
    [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(root, dirname(document), link)))
      .map((link) => `${document} links to ${link}`),
  );
  expect(broken).toEqual([]);
});
