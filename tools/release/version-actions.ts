import { execFileSync } from 'node:child_process';
import type { AfterAllProjectsVersioned } from 'nx/release';
import { VersionActions } from 'nx/release';

type Tree = Parameters<VersionActions['init']>[0];

/** What of a package.json a release reads and writes. */
interface PackageJson {
  version: string;
  dependencies?: Record<string, string>;
}

/** How `nx release` gives all packages one version: in each package.json, for the packages it needs of ours too. */
export default class PackageVersions extends VersionActions {
  validManifestFilenames = ['package.json'];

  async readCurrentVersionFromSourceManifest(tree: Tree) {
    const manifestPath = `${this.projectGraphNode.data.root}/package.json`;
    return { currentVersion: readPackage(tree, manifestPath).version, manifestPath };
  }

  async readCurrentVersionFromRegistry() {
    return null;
  }

  async readCurrentVersionOfDependency(tree: Tree, _graph: unknown, dependency: string) {
    const manifestPath = `${this.projectGraphNode.data.root}/package.json`;
    const currentVersion = readPackage(tree, manifestPath).dependencies?.[dependency] ?? null;
    return { currentVersion, dependencyCollection: currentVersion === null ? null : 'dependencies' };
  }

  async updateProjectVersion(tree: Tree, version: string) {
    return this.manifestsToUpdate.map(({ manifestPath }) => {
      writePackage(tree, manifestPath, { ...readPackage(tree, manifestPath), version });
      return `${manifestPath} has version ${version}`;
    });
  }

  async updateProjectDependencies(tree: Tree, _graph: unknown, versions: Readonly<Record<string, string>>) {
    return this.manifestsToUpdate.flatMap(({ manifestPath }) => {
      const manifest = readPackage(tree, manifestPath);
      const { dependencies = {} } = manifest;
      const ours = Object.entries(versions).filter(([name]) => Object.hasOwn(dependencies, name));
      if (ours.length === 0) return [];
      writePackage(tree, manifestPath, {
        ...manifest,
        dependencies: { ...dependencies, ...Object.fromEntries(ours) },
      });
      return ours.map(([name, version]) => `${manifestPath} needs ${name} ${version}`);
    });
  }
}

/** The lock file names the versions of the packages too. */
export const afterAllProjectsVersioned: AfterAllProjectsVersioned = async (cwd, { dryRun }) => {
  if (dryRun !== true) execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd });
  return { changedFiles: ['package-lock.json'], deletedFiles: [] };
};

function readPackage(tree: Tree, path: string): PackageJson {
  return JSON.parse(tree.read(path, 'utf8') ?? '{}') as PackageJson;
}

function writePackage(tree: Tree, path: string, manifest: PackageJson): void {
  tree.write(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
