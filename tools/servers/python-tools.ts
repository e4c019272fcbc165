/**
 * Brings the AWS clients that nobody here wrote, boto3 and the AWS CLI, into a folder of the repository that git
 * ignores. Needs python3 with venv, and pip's package index once.
 *
 *   node tools/servers/python-tools.ts            brings them, unless they are there
 *   node tools/servers/python-tools.ts --status   says whether they are there, and changes nothing
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const requirements = join(root, 'tools/servers/python-tools.txt');

/** The environment: its programs are in `bin`, and `ready` is there once all of them are. */
export const pythonTools = join(root, '.cache/servers/python-tools');

/** Are the tools there, in the versions that are asked for? */
export function pythonToolsAreReady(): boolean {
  try {
    return readFileSync(join(pythonTools, 'ready'), 'utf8') === digest();
  } catch {
    return false;
  }
}

/** Makes the environment anew unless it is there. Throws with what the program that failed said. */
export function preparePythonTools(): void {
  if (pythonToolsAreReady()) return;
  rmSync(pythonTools, { recursive: true, force: true });
  mkdirSync(pythonTools, { recursive: true });
  run('python3', ['-m', 'venv', pythonTools]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  run(join(pythonTools, 'bin/python'), [...pip, '--requirement', requirements]);
  writeFileSync(join(pythonTools, 'ready'), digest());
}

function digest(): string {
  return createHash('sha256').update(readFileSync(requirements)).digest('hex');
}

function run(program: string, words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${[program, ...words].join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}

if (import.meta.main) {
  if (!process.argv.includes('--status')) preparePythonTools();
  process.stdout.write(pythonToolsAreReady() ? `ready ${digest()}\n` : 'not there\n');
}
