import { expect, test } from 'vitest';
import { onServers, tellMissingServers } from '../../packages/target-s3/test/on-servers.ts';
import { testCredentials } from '../../packages/target-s3/test/servers/server-kinds.ts';
import type { ExampleProject } from './example-project.ts';
import { exampleProjects } from './example-project.ts';

tellMissingServers();

const close = ['run', 'accounting', '--through', '2018-07-02', '--today', '2018-07-03', '--json'];
const project = exampleProjects('2018-07-03');

/** The reports of a closed day as people read them. */
async function reportsOf({ daybook, reports }: ExampleProject): Promise<Readonly<Record<string, string>>> {
  expect(JSON.parse(await daybook(...close))).toMatchObject({ outcome: 'ok' });
  for (const task of ['accounting-report-tsv', 'house-accounting-report-tsv', 'accounting-summary-tsv'])
    await daybook('export', task, '--date', '2018-07-02', '--to', 'reports');
  return reports();
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
