/**
 * Installs the servers that speak S3 for the tests, each by its own client (`pip`, `go`), pinned by version, into `.cache/servers`:
 * `npm run servers`. What is installed already is left alone. Ends with 1 where one cannot be had.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerKind } from '../../packages/target-s3/test/servers/server-kinds.ts';
import {
  installedMark,
  isInstalled,
  moto,
  versitygw,
} from '../../packages/target-s3/test/servers/server-kinds.ts';

type Command = readonly [program: string, words: readonly string[], environment?: Record<string, string>];

const requirements = fileURLToPath(new URL('moto-requirements.txt', import.meta.url));

const steps = new Map<ServerKind, readonly Command[]>([
  [
    moto,
    [
      ['python3', ['-m', 'venv', moto.folder]],
      [join(moto.folder, 'bin/pip'), ['install', '--quiet', '--requirement', requirements]],
    ],
  ],
  [
    versitygw,
    [
      [
        'go',
        ['install', `github.com/versity/versitygw/cmd/versitygw@v${versitygw.version}`],
        { GOBIN: versitygw.folder, CGO_ENABLED: '0' },
      ],
    ],
  ],
]);

const missing = [...steps].filter(([kind, commands]) => !prepared(kind, commands));
process.exitCode = missing.length > 0 ? 1 : 0;

function prepared(kind: ServerKind, commands: readonly Command[]): boolean {
  const what = `${kind.name} ${kind.version}`;
  if (isInstalled(kind)) {
    process.stdout.write(`${what} is there\n`);
    return true;
  }
  process.stdout.write(`${what} is being installed …\n`);
  rmSync(kind.folder, { recursive: true, force: true });
  mkdirSync(kind.folder, { recursive: true });
  for (const [program, words, environment = {}] of commands) {
    const { status, error } = spawnSync(program, words, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...environment },
    });
    if (status === 0) continue;
    const why = error?.message ?? `it ended with ${status}`;
    process.stderr.write(`${what} cannot be installed: ${program} ${words.join(' ')}: ${why}\n`);
    return false;
  }
  writeFileSync(installedMark(kind), '');
  process.stdout.write(`${what} is installed\n`);
  return true;
}
