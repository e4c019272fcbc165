import { RunJobFlowCommand } from '@aws-sdk/client-emr';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { onServers, type TestServer } from '../../target-s3/test/on-servers.ts';
import { testCredentials } from '../../target-s3/test/servers/server-kinds.ts';
import type { EmrLocal } from '../src/index.ts';
import { clientOf, clusterRequest, readLog, serve, shell, untilSteps } from './fixtures.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', testCredentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', testCredentials.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** A cluster whose steps have all ended, and what this process was warned of meanwhile. */
async function ended(s3Endpoint: string, LogUri: string, lines: readonly string[]) {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  const server = await serve({ s3Endpoint });
  const Steps = lines.map((line) => shell(line));
  await clientOf(server).send(new RunJobFlowCommand(clusterRequest({ LogUri, Steps })));
  await untilSteps(
    server,
    lines.map((line) => (line.endsWith('exit 1') ? 'FAILED' : 'COMPLETED')),
  );
  return { server, warnings: warned.mock.calls.map(([warning]) => String(warning)) };
}

/** The places of the logs below the log URI, oldest step first. */
function placesOf(server: EmrLocal): readonly string[] {
  const [cluster] = server.state().clusters;
  return cluster!.steps.map(({ id }) => `${cluster!.id}/steps/${id}`);
}

async function logsIn(s3: TestServer, Bucket: string): Promise<Readonly<Record<string, string>>> {
  const { Contents = [] } = await s3.client().listObjectsV2({ Bucket });
  const logs = Contents.map(async ({ Key = '' }) => {
    const { Body } = await s3.client().getObject({ Bucket, Key });
    return [Key, gunzipSync(await Body!.transformToByteArray()).toString('utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(logs));
}

onServers((s3) => {
  describe('the logs of a step', () => {
    test.each(['s3://', 's3n://', 's3a://'])(
      'are in the bucket of a log URI that begins with %s when it has ended, and on this machine',
      async (scheme) => {
        const { bucket, endpoint } = await s3.newBucket();
        const lines = ['echo out', 'echo "ValueError: no such day" >&2; exit 1'];
        const { server, warnings } = await ended(endpoint, `${scheme}${bucket}/logs/emr/`, lines);
        const [good, bad] = placesOf(server);
        const logs = await logsIn(s3, bucket);
        const names = ['controller', 'stderr', 'stdout', 'syslog'];
        expect(Object.keys(logs).toSorted()).toEqual(
          [good, bad].flatMap((place) => names.map((name) => `logs/emr/${place}/${name}.gz`)).toSorted(),
        );
        expect(logs[`logs/emr/${good}/stdout.gz`]).toBe('out\n');
        expect(logs[`logs/emr/${bad}/stderr.gz`]).toBe('ValueError: no such day\n');
        expect(logs[`logs/emr/${bad}/controller.gz`]).toMatch(/exit code 1\n$/);
        expect(await readLog(join(server.logFolder, bucket, 'logs/emr', good!, 'stdout.gz'))).toBe('out\n');
        expect(warnings).toEqual([]);
      },
    );

    test('are where the step was told to fail with', async () => {
      const { bucket, endpoint } = await s3.newBucket();
      const { server } = await ended(endpoint, `s3://${bucket}`, ['echo why >&2; exit 1']);
      const { logFile = '' } = server.state().clusters[0]!.steps[0]!.failure!;
      const logs = await logsIn(s3, bucket);
      expect(logs[logFile.replace(`s3://${bucket}/`, '')]).toBe('why\n');
    });

    test('stay on this machine where there is no such bucket, which is told once and fails no step', async () => {
      const { server, warnings } = await ended(s3.endpoint(), 's3://no-such-bucket/p', ['echo 1', 'echo 2']);
      const folders = placesOf(server).map((place) => join(server.logFolder, 'no-such-bucket/p', place));
      expect(warnings).toEqual([
        `The bucket no-such-bucket at ${s3.endpoint()} takes no logs of steps: NoSuchBucket. See to the bucket and to the credentials of the environment. The logs are on this machine too, such as in ${folders[0]}.`,
      ]);
      expect(
        await Promise.all(folders.map(async (folder) => await readLog(join(folder, 'stdout.gz')))),
      ).toEqual(['1\n', '2\n']);
    });

    test('are put by the credentials of the environment and no others', async () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      const { bucket, endpoint } = await s3.newBucket();
      const { warnings } = await ended(endpoint, `s3://${bucket}/p`, ['true']);
      expect(warnings).toEqual([
        expect.stringContaining('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set'),
      ]);
      expect(await logsIn(s3, bucket)).toEqual({});
    });
  });
});

test('a store that is not there is told of, and fails no step', async () => {
  const { warnings } = await ended('http://127.0.0.1:9', 's3://logs/p', ['true']);
  expect(warnings).toEqual([expect.stringContaining('takes no logs of steps: ECONNREFUSED.')]);
});

test('a store that does not answer keeps the server from no end', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => silent.closeAllConnections());
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const asked = once(silent, 'request');
  const { port } = silent.address() as AddressInfo;
  const server = await serve({ s3Endpoint: `http://127.0.0.1:${port}` });
  const request = clusterRequest({ LogUri: 's3://logs/p', Steps: [shell('true')] });
  await clientOf(server).send(new RunJobFlowCommand(request));
  await asked;
  const fromMs = performance.now();
  await server.close();
  expect(performance.now() - fromMs).toBeLessThan(3_000);
});
