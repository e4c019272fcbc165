import { cpSync, globSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../documents/blocks.ts';
import type { Package } from './published-packages.ts';
import { publishedPackages } from './published-packages.ts';
import { succeed } from './succeed.ts';

/** The compiler of the repository. */
export const tsc = join(root, 'node_modules/typescript/bin/tsc');

/**
 * Builds and packs all published packages in `folder`, a copy of what they are made from: whatever was built before, or is being
 * built beside it, plays no part. Gives the path of each tarball by the name of its package.
 */
export function packAll(folder: string): ReadonlyMap<string, string> {
  const packages = publishedPackages();
  copySources(packages, folder);
  for (const each of packages)
    succeed(process.execPath, [tsc, '-p', 'tsconfig.build.json'], join(folder, each.folder));
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  const folders = packages.map((each) => `./${each.folder}`);
  const packed = succeed('npm', ['pack', '--json', '--pack-destination', tarballs, ...folders], folder);
  const told = Object.values(
    JSON.parse(packed) as Readonly<Record<string, { readonly name: string; readonly filename: string }>>,
  );
  return new Map(told.map(({ name, filename }) => [name, join(tarballs, filename)]));
}

function copySources(packages: readonly Package[], folder: string): void {
  const files = ['package.json', 'tsconfig.base.json', 'LICENSE', 'CHANGELOG.md'];
  for (const name of files) cpSync(join(root, name), join(folder, name));
  const left = ['dist', 'node_modules', 'test', 'LICENSE', 'CHANGELOG.md'];
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@daybook'), { recursive: true });
  for (const name of globSync(['*', '@types/*'], { cwd: join(root, 'node_modules') }))
    if (!['@types', '@daybook'].includes(name)) link(join(root, 'node_modules', name), join(modules, name));
  for (const each of packages) {
    cpSync(join(root, each.folder), join(folder, each.folder), {
      recursive: true,
      filter: (path) => !left.some((name) => path === join(root, each.folder, name)),
    });
    link(join(folder, each.folder), join(modules, each.name));
  }
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to, 'dir');
}
