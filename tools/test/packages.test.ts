import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';
import { packAll, tsc } from '../packages/pack-all.ts';
import { publishedPackages } from '../packages/published-packages.ts';
import { succeed } from '../packages/succeed.ts';

/** What the exchange folder of the project comes to. */
const summary = [
  'owner\tcurrency\tkind\tpostings\taccounts\tcredits\tdebits\tnet\n',
  'customer\tEUR\tdeposit\t1\t1\t100.00\t0.00\t100.00\n',
  'customer\tEUR\tstake\t1\t1\t0.00\t20.50\t-20.50\n',
  'internal\tEUR\tdeposit\t1\t1\t0.00\t100.00\t-100.00\n',
  'internal\tEUR\tstake\t1\t1\t20.50\t0.00\t20.50\n',
].join('');

const folder = mkdtempSync(join(tmpdir(), 'daybook-packages-'));
const names = publishedPackages().map(({ name }) => name);
let tarballs: ReadonlyMap<string, string>;

beforeAll(() => {
  tarballs = packAll(join(folder, 'workspace'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(names)('the package %s', (name) => {
  const tarball = (): string => tarballs.get(name) ?? '';

  test('has what it runs from, its README, licence and changelog, and nothing else', () => {
    const files = succeed('tar', ['-tzf', tarball()], folder).trimEnd().split('\n');
    const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    const others = files
      .map((path) => path.replace('package/', ''))
      .filter((path) => !/^(application|bin|dist|templates)\//.test(path));
    expect(others.toSorted()).toEqual(expected);
  });

  test('is found by every program that its package.json speaks to', async () => {
    const { messages, pkg } = await publint({ pack: { tarball: bytesOf(tarball()) }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has declarations that are found wherever an ESM package is', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytesOf(tarball()))));
    // The packages are ESM only: how require() and the resolution of Node 10 find them is nobody's concern.
    const problems = (analysis.types === false ? [] : analysis.problems).filter(
      (problem) =>
        !('resolutionKind' in problem) || !['node10', 'node16-cjs'].includes(problem.resolutionKind),
    );
    expect(analysis.types).not.toBe(false);
    expect(problems).toEqual([]);
  });
});

describe('a project that installs the packages', () => {
  const project = join(folder, 'project');
  const daybook = (...words: readonly string[]): string => succeed('npx', ['daybook', ...words], project);

  beforeAll(() => {
    cpSync(join(root, 'tools/packages/project'), project, { recursive: true });
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const types = '@types/node';
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({
        private: true,
        type: 'module',
        dependencies: Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`])),
        devDependencies: { [types]: devDependencies[types] },
      }),
    );
    succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], project);
  });

  test('type-checks in strict mode, the declarations of all packages included', () => {
    expect(succeed(process.execPath, [tsc, '-p', 'tsconfig.json'], project)).toBe('');
  });

  test('runs a task of its own as a library', () => {
    expect(succeed(process.execPath, ['library.ts'], project)).toBe('ok, 1 row of item, price\n');
  });

  test('runs a task of its own with the command', () => {
    daybook('run', 'doubled', '--date', '2018-07-24');
    const shown = daybook('show', 'doubled', '--date', '2018-07-24', '--format', 'tsv');
    expect(shown).toBe('item\tprice\ntea\t25.00\n');
  });

  test('closes the books of an exchange with the command', () => {
    const run = ['run', 'accounting', '--through', '2018-07-01', '--today', '2018-07-02', '--json'];
    expect(JSON.parse(daybook(...run))).toMatchObject({ outcome: 'ok' });
    daybook('export', 'accounting-summary', '--date', '2018-07-01', '--to', 'reports');
    expect(readFileSync(join(project, 'reports/accounting-summary/2018-07-01.tsv'), 'utf8')).toBe(summary);
  });

  test('makes a new project with the command, which runs and whose own test holds', () => {
    daybook('init', 'books');
    const books = join(project, 'books');
    const command = join(project, 'node_modules/@daybook/cli/bin/daybook.js');
    const run = ['run', 'large-withdrawals', '--date', '2018-07-01', '--json'];
    expect(JSON.parse(succeed(process.execPath, [command, ...run], books))).toMatchObject({ outcome: 'ok' });
    expect(succeed(process.execPath, ['--test', 'test/**/*.test.ts'], books)).toMatch(/pass 1$/m);
  });

  test('is told the version of the command, which all packages have', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'apps/cli/package.json'), 'utf8')) as {
      version: string;
    };
    expect(daybook('--version')).toBe(`${version}\n`);
  });

  test('makes an exchange of its own to develop against', () => {
    const exported = succeed(
      'npx',
      ['exchange-simulator', 'export', '--date', '2018-07-01', '--to', 'made/', '--postings-per-day', '100'],
      project,
    );
    expect(exported).toMatch(/2018-07-01\.ndjson: 100 postings/);
  });

  test('finds EMR for this machine among its commands', () => {
    expect(succeed('npx', ['emr-local', '--help'], project)).toContain('The EMR API on this machine');
  });
});

function bytesOf(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
