import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Who may import whom: the law that ARCHITECTURE.md shows as a picture. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/target-file': ['@daybook/core'],
  'packages/target-s3': ['@daybook/core', '@aws-sdk/client-s3'],
  'packages/runner-local': ['@daybook/core', '@duckdb/node-api', 'apache-arrow', 'hyparquet', 'parquet-wasm'],
  'packages/runner-emr': ['@daybook/core', '@aws-sdk/client-emr', '@aws-sdk/client-s3'],
  'packages/scheduler': ['@daybook/core', 'croner', 'pino', 'prom-client'],
  'packages/reports-accounting': ['@daybook/core'],
  'packages/emr-local': ['@aws-sdk/client-s3', 'yargs'],
  'packages/exchange-simulator': ['yargs'],
  'apps/cli': ['@daybook/core', '@daybook/scheduler', 'yargs'],
};

/** Files of core that decide and do nothing else: no `node:` module, no clock, no random source. */
const pureFiles = [
  'calendar',
  'param',
  'schema',
  'task',
  'garbage',
  'graph',
  'plan',
  'decide',
  'control',
  'job',
  'assert',
  'errors',
  'events/event',
  'events/check-handlers',
  'events/translate',
  'events/run-events',
  'events/sentence',
];
const pureFolders = ['scheduler', 'sql'];

test.each(Object.keys(allowed))('%s imports only what it may', (folder) => {
  const strangers = sourcesOf(join(root, folder, 'src')).flatMap((path) =>
    importsOf(path)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .filter((name) => !(allowed[folder] ?? []).includes(packageOf(name)))
      .map((name) => `${path.slice(root.length)} imports ${name}`),
  );
  expect(strangers).toEqual([]);
});

test('every package under packages/ and apps/ stands in the table', () => {
  const there = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  expect(there.toSorted()).toEqual(Object.keys(allowed).toSorted());
});

test.each(Object.keys(allowed))('%s declares every package that it imports, and no other', (folder) => {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const imported = new Set(
    sourcesOf(join(root, folder, 'src'))
      .flatMap(importsOf)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .map(packageOf),
  );
  expect(Object.keys(manifest.dependencies ?? {}).toSorted()).toEqual([...imported].toSorted());
});

test('no source reaches into another package by a relative path', () => {
  const reaching = Object.keys(allowed).flatMap((folder) =>
    sourcesOf(join(root, folder, 'src')).flatMap((path) =>
      importsOf(path)
        .filter(
          (name) => name.startsWith('.') && !join(path, '..', name).startsWith(join(root, folder, 'src')),
        )
        .map((name) => `${path.slice(root.length)} imports ${name}`),
    ),
  );
  expect(reaching).toEqual([]);
});

test('the pure files of core use no node module, no clock and no random source', () => {
  const source = join(root, 'packages/core/src');
  const pure = sourcesOf(source).filter((path) => {
    const below = path.slice(source.length + 1);
    return (
      pureFiles.some((name) => below === `${name}.ts`) ||
      pureFolders.some((folder) => below.startsWith(`${folder}/`))
    );
  });
  expect(pure.length).toBeGreaterThan(pureFiles.length);
  const impure = pure.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    const found = /from 'node:|Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout/.exec(text);
    return found === null ? [] : [`${path.slice(root.length)} uses ${found[0]}`];
  });
  expect(impure).toEqual([]);
});

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\(\s*|\bimport\s+)'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
