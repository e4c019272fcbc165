import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../../../.cache/servers/python-tools', import.meta.url));

/** Are boto3 and the AWS CLI there? `npm run servers` brings them. */
const there = existsSync(join(folder, 'ready'));

/**
 * Should tests that need boto3 or the AWS CLI be skipped? Only where they are not there, loudly, and never with
 * `CI=true`: there such tests fail.
 */
export function skipsWithoutPythonTools(what: string): boolean {
  if (there || process.env['CI'] === 'true') return false;
  process.stderr.write(`\n*** SKIPPED: ${what}. They need boto3 and the AWS CLI: npm run servers\n\n`);
  return true;
}

/** Runs a program of the tools, `python` or `aws`, with nothing of this machine's own AWS configuration. */
export async function runTool(program: 'python' | 'aws', words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(join(folder, 'bin', program), [...words], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_CONFIG_FILE: join(folder, 'no-config'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    maxBuffer: 16_777_216,
  });
  return stdout;
}
