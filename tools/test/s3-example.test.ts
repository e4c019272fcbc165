import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExchangeServer } from '@daybook/exchange-simulator';
import { createExchange, startExchangeServer } from '@daybook/exchange-simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onServers, tellMissingServers } from '../../packages/target-s3/test/on-servers.ts';
import { testCredentials } from '../../packages/target-s3/test/servers/server-kinds.ts';
import { root } from '../documents/blocks.ts';

tellMissingServers();

const folder = mkdtempSync(join(tmpdir(), 'daybook-s3-example-'));
const command = join(root, 'apps/cli/bin/daybook.js');
const close = ['run', 'accounting', '--through', '2018-07-02', '--today', '2018-07-03', '--json'];
let exchange: ExchangeServer;

beforeAll(async () => {
  exchange = await startExchangeServer({
    exchange: createExchange({ seed: '7', today: '2018-07-03', postingsPerDay: 1000 }),
  });
});

afterAll(async () => {
  await exchange.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A project with the configuration of an example, and a way to run the command in it. */
function project(example: string, name: string, environment: Readonly<Record<string, string>>) {
  const place = join(folder, name);
  mkdirSync(place);
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  copyFileSync(join(root, 'examples', example, 'daybook.config.ts'), join(place, 'daybook.config.ts'));
  const daybook = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...words], {
      cwd: place,
      env: { ...process.env, EXCHANGE_URL: exchange.url, ...environment },
    });
    return stdout;
  };
  return { place, daybook };
}

/** The reports of a closed day as people read them: each file by its path. */
async function reportsOf({
  place,
  daybook,
}: ReturnType<typeof project>): Promise<Readonly<Record<string, string>>> {
  expect(JSON.parse(await daybook(...close))).toMatchObject({ outcome: 'ok' });
  for (const task of ['accounting-report-tsv', 'house-accounting-report-tsv', 'accounting-summary-tsv'])
    await daybook('export', task, '--date', '2018-07-02', '--to', 'reports');
  const paths = readdirSync(join(place, 'reports'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tsv'))
    .toSorted();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(place, 'reports', path), 'utf8')]));
}

onServers((server) => {
  test('the example for a bucket closes the books as the one for a folder does, byte for byte', async () => {
    const { bucket } = await server.newBucket();
    const inBucket = project('s3', server.kind.name, {
      DAYBOOK_ENDPOINT: server.endpoint(),
      DAYBOOK_BUCKET: bucket,
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    });
    const doctor = JSON.parse(await inBucket.daybook('doctor', '--json')) as unknown;
    expect(JSON.stringify(doctor)).toContain('a name is given once');
    const expected = await reportsOf(project('local', `folder-${server.kind.name}`, {}));
    expect(Object.keys(expected)).toHaveLength(3);
    expect(await reportsOf(inBucket)).toEqual(expected);
    expect(await inBucket.daybook('verify')).toMatch(/^Nothing is wrong: /);
    expect(await inBucket.daybook('gc')).toMatch(/^Nothing is left over/);

    // What a worker left that died in the middle of an upload, and that can never be published.
    const attempt = `00000001-${'f'.repeat(32)}`;
    const Key = `daybook/accounting-report/attempts/date=2018-07-01/${attempt}/part-0.parquet`;
    await server.client().createMultipartUpload({ Bucket: bucket, Key });
    expect(await inBucket.daybook('gc', '--delete')).toMatch(/^Removed 1 attempt/);
    const { Uploads = [] } = await server.client().listMultipartUploads({ Bucket: bucket });
    expect(Uploads).toEqual([]);
    expect(await inBucket.daybook('gc')).toMatch(/^Nothing is left over/);
  }, 180_000);
});
