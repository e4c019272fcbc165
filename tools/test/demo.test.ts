import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { onServer } from '../../packages/target-s3/test/on-servers.ts';
import { serverKinds } from '../../packages/target-s3/test/servers/server-kinds.ts';
import { root } from '../documents/blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'daybook-demo-test-'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the demonstration, and gives the reports that it exported by their paths. */
async function demonstrated(name: string, ...more: readonly string[]): Promise<Record<string, string>> {
  const place = join(folder, name);
  const demo = join(root, 'tools/demo/demo.ts');
  await promisify(execFile)(process.execPath, [demo, place, '--postings-per-day', '200', ...more]);
  const reports = join(place, 'reports');
  const paths = readdirSync(reports, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.tsv'),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(reports, path), 'utf8')]));
}

// On one of the servers: it takes its time, and the laws hold on both.
const [kind] = serverKinds.filter(({ name }) => name === 'versitygw');
if (kind === undefined) throw new Error('There is no server versitygw.');

onServer(kind, () => {
  test('the demonstration comes to the same in a bucket as in a folder, byte for byte', async () => {
    const expected = await demonstrated('folder');
    expect(Object.keys(expected)).toHaveLength(4);
    expect(await demonstrated('bucket', '--server', kind.name)).toEqual(expected);
  }, 300_000);
});
