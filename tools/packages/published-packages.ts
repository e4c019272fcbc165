import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../documents/blocks.ts';

/** A package of the repository that is published. */
export interface Package {
  readonly name: string;
  /** Its folder below the root: `packages/core`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
}

/** The packages that are published, each behind those that it needs. */
export function publishedPackages(): readonly Package[] {
  const unordered = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .toSorted()
    .map((path): Package => {
      const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
        readonly name: string;
        readonly dependencies?: Readonly<Record<string, string>>;
      };
      return { name, folder: dirname(path), dependencies: Object.keys(dependencies) };
    });
  const ordered = new Set<Package>();
  const add = (each: Package): void => {
    for (const needed of unordered.filter(({ name }) => each.dependencies.includes(name))) add(needed);
    ordered.add(each);
  };
  unordered.forEach(add);
  return [...ordered];
}
