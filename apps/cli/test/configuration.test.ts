import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Ended } from './project.ts';
import { folderForTest, projectForTest, startIn } from './project.ts';

/** Plans with a configuration of this text. */
async function planWith(
  text: string,
  name = 'daybook.config.ts',
  ...words: readonly string[]
): Promise<Ended> {
  const folder = folderForTest();
  writeFileSync(join(folder, name), text);
  return await startIn(folder, ['plan', 'sales', ...words]).ended;
}

describe('a configuration that cannot be loaded is told with its place and the remedy', () => {
  const faults: readonly (readonly [string, string, string, string])[] = [
    [
      'is no TypeScript',
      'daybook.config.ts',
      'const a = 1;\nexport default {{',
      'daybook.config.ts, line 2, cannot be loaded: ',
    ],
    [
      'is no JavaScript',
      'daybook.config.mjs',
      '\nconst = 1;',
      "daybook.config.mjs, line 2, cannot be loaded: Unexpected token '='. Correct its syntax. ",
    ],
    [
      'has an enum',
      'daybook.config.ts',
      'enum A { B }',
      'TypeScript that only erases (no enum, no namespace) can be loaded. ',
    ],
    [
      'imports a package that is not there',
      'daybook.config.ts',
      "\nimport '@daybook/nix';",
      "daybook.config.ts, line 2, cannot be loaded: Cannot find package '@daybook/nix'. See to the path of the import, or install the package with npm. ",
    ],
    [
      'imports a name that is not there',
      'daybook.config.ts',
      "import { defineTaks } from '@daybook/core';",
      'Correct the name that is imported. ',
    ],
    [
      'throws',
      'daybook.config.ts',
      '\n\nthrow new Error("No home.");',
      'daybook.config.ts, line 3, cannot be loaded: No home. Correct it there; a configuration only wires values together. ',
    ],
    [
      'exports nothing',
      'daybook.config.ts',
      'export const a = 1;',
      'The configuration daybook.config.ts exports no default: write `export default defineConfig({ … })`. ',
    ],
  ];
  test.each(faults)('%s', async (_fault, name, text, message) => {
    const { code, out, err } = await planWith(text, name);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().endsWith('[config-invalid]')).toBe(true);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

test('where there is no configuration, the command says where it looked', async () => {
  const folder = folderForTest();
  const { code, err } = await startIn(folder, ['plan', 'sales']).ended;
  expect(code).toBe(2);
  expect(err).toContain('There is no daybook.config.ts in ');
  expect(err).toContain('or give --config FILE. [config-not-found]');
});

test('the configuration is found from a folder below, and the state stays beside it', async () => {
  const { folder, sell } = projectForTest();
  sell('2018-07-01', 'north 1.50');
  const below = join(folder, 'notes', 'deep');
  mkdirSync(below, { recursive: true });
  const { code } = await startIn(below, ['run', 'sales', '--date', '2018-07-01']).ended;
  expect(code).toBe(0);
  const history = await startIn(folder, ['history', 'sales', '--date', '2018-07-01', '--json']).ended;
  expect(JSON.parse(history.out)).toMatchObject({
    versions: [{ version: 1, outcome: 'published' }],
    failures: [],
  });
});

test('an error with --json is one document on stdout, with the same exit code', async () => {
  const { daybook } = projectForTest();
  const { code, out, err } = await daybook('plan', 'dayly-sales', '--json');
  expect({ code, err }).toEqual({ code: 2, err: '' });
  expect(JSON.parse(out)).toEqual({
    outcome: 'error',
    error: {
      code: 'task-unknown',
      message: expect.stringContaining('There is no task "dayly-sales". There is: '),
    },
  });
});

test('what is no fault of the world is called a bug, with a stack trace only for --debug', async () => {
  const text = `
    import { defineConfig, defineTask, table } from '@daybook/core';
    const sales = defineTask({ name: 'sales', inputs: () => { throw new TypeError('x is not a function'); }, output: table({ id: 'bigint' }) });
    const target = { createManifest() {} };
    export default defineConfig({ targets: target, runners: [{ name: 'none', kinds: [] }], tasks: [sales] });
  `;
  const quiet = await planWith(text);
  expect(quiet).toMatchObject({ code: 1, out: '' });
  expect(quiet.err).toBe(
    'error: This is a bug in Daybook: x is not a function\nRun it again with --debug to see where, and report it.\n',
  );
  expect((await planWith(text, 'daybook.config.ts', '--debug')).err).toContain('    at ');
});
