import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectPackage } from '../src/project-package.ts';
import { folderForTest, startIn } from './project.ts';

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const sources = 'daybook-source';

/** Runs Node in a folder, and gives all that it printed with how it ended. */
function node(folder: string, ...words: readonly string[]): { readonly code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { code: status, said: `${stdout}${stderr}` };
}

test('a new project runs at once, and its own test and its types hold', async () => {
  const above = folderForTest();
  const made = await startIn(above, ['init', 'my books']).ended;
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain("\nNext\n  cd 'my books' && npm install\n  npx daybook run large-withdrawals");
  const folder = join(above, 'my books');
  symlinkSync(packages, join(folder, 'node_modules'));
  const daybook = async (...words: readonly string[]) => await startIn(folder, words).ended;

  const range = ['--from', '2018-07-01', '--through', '2018-07-02'];
  expect(await daybook('run', 'large-withdrawals', ...range)).toMatchObject({ code: 0 });
  expect(await daybook('run', 'accounting', '--through', '2018-07-02')).toMatchObject({ code: 0 });
  expect((await daybook('show', 'large-withdrawals', '--date', '2018-07-02', '--format', 'tsv')).out).toBe(
    'transaction_id\taccount_id\tamount\tcurrency\toccurred_at\n8\t1001\t1500.00\tEUR\t2018-07-02T12:00:00.000000Z\n',
  );
  expect(await daybook('check')).toMatchObject({ code: 0 });

  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  expect(scripts['test']).toBe("node --test 'test/**/*.test.ts'");
  const tested = node(folder, `--conditions=${sources}`, '--test', 'test/**/*.test.ts');
  expect(tested, tested.said).toMatchObject({ code: 0, said: expect.stringMatching(/pass 1$/m) });
  const tsc = join(packages, 'typescript/bin/tsc');
  expect(node(folder, tsc, '--customConditions', sources)).toEqual({ code: 0, said: '' });
});

test('a folder with something in it is refused, and what is there is named', async () => {
  const folder = folderForTest();
  const refused = await startIn(folder, ['init']).ended;
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toBe(
    `error: The folder ${folder} is not empty: there is node_modules. Give a folder of its own: daybook init FOLDER. [usage]\n`,
  );
  writeFileSync(join(folder, 'file'), '');
  expect(await startIn(folder, ['init', 'file']).ended).toMatchObject({
    code: 2,
    err: expect.stringContaining('give a folder that can be written. [usage]'),
  });
  expect(await startIn(folder, ['init', 'a', 'b']).ended).toMatchObject({ code: 2 });
});

test('the folder here will do when it has a repository only; --json is one document', async () => {
  const folder = join(folderForTest(), 'new');
  mkdirSync(join(folder, '.git'), { recursive: true });
  const { code, out } = await startIn(folder, ['init', '--json']).ended;
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    outcome: 'ok',
    folder,
    files: expect.arrayContaining(['.gitignore', 'daybook.config.ts', 'package.json', 'tasks/tasks.ts']),
  });
});

test.each([
  ['/home/me/My Books!', 'my-books'],
  ['/home/me/_books_', 'books_'],
  ['/', 'daybook-project'],
])('the package in %s is named %s', (folder, name) => {
  const versions = { daybook: '1.2.3', typescript: '7', nodeTypes: '24' };
  expect(JSON.parse(projectPackage(folder, versions))).toMatchObject({
    name,
    dependencies: { '@daybook/cli': '1.2.3', '@daybook/core': '1.2.3' },
  });
});
