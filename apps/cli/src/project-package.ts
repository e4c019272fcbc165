import { basename } from 'node:path';

/** The versions that a new project begins with. */
export interface ProjectVersions {
  /** Of the packages of Daybook, which all have the same. */
  readonly daybook: string;
  readonly typescript: string;
  readonly nodeTypes: string;
}

/** The package.json of a new project in a folder. */
export function projectPackage(folder: string, { daybook, typescript, nodeTypes }: ProjectVersions): string {
  const packages = ['cli', 'core', 'reports-accounting', 'runner-local', 'target-file'];
  const content = {
    name: packageName(basename(folder)),
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      daybook: 'daybook',
      test: "node --test 'test/**/*.test.ts'",
      typecheck: 'tsc',
    },
    dependencies: Object.fromEntries(packages.map((name) => [`@daybook/${name}`, daybook])),
    devDependencies: { '@types/node': nodeTypes, typescript },
    engines: { node: '>=24.0.0' },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** The name of a folder as npm takes it. */
function packageName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '');
  return plain === '' ? 'daybook-project' : plain;
}
