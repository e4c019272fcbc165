import { RunJobFlowCommand } from '@aws-sdk/client-emr';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { onServer, tellMissingServers } from '../../target-s3/test/on-servers.ts';
import { moto, testCredentials } from '../../target-s3/test/servers/server-kinds.ts';
import { clientOf, clusterRequest, scratchFolder, serve, step, untilSteps } from './fixtures.ts';
import { onSpark, tellMissingSpark } from './on-spark.ts';
import { quickSparkConf, sparkEnvironment } from './spark/spark-kinds.ts';

tellMissingServers();
tellMissingSpark();

const program = `
import sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
if sys.argv[1] == "fail":
    raise ValueError("told to fail")
source, to = sys.argv[1:]
rows = spark.read.csv(source, schema="id bigint, rest bigint")
rows.groupBy("rest").count().coalesce(1).write.parquet(to)
written = spark.read.parquet(to).orderBy("rest").collect()
print("master", spark.sparkContext.master, "version", spark.version)
print("wrote", [tuple(row) for row in written])
`;

onServer(moto, (s3) => {
  onSpark((kind) => {
    test('a program in a bucket reads and writes s3://, and one that fails is told of', async () => {
      const { bucket: Bucket, endpoint } = await s3.newBucket();
      const put = async (Key: string, Body: string) => await s3.client().putObject({ Bucket, Key, Body });
      await put('app.py', program);
      await put('in/rows.csv', '1,1\n2,2\n3,0\n4,1\n');
      const local = join(await scratchFolder(), 'app.py');
      await writeFile(local, program);

      for (const [name, value] of Object.entries({
        ...sparkEnvironment(kind),
        AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
      })) {
        vi.stubEnv(name, value);
      }
      onTestFinished(() => void vi.unstubAllEnvs());
      const server = await serve({
        sparkSubmit: kind.sparkSubmit,
        sparkMaster: 'local[1]',
        sparkConf: quickSparkConf,
        s3Endpoint: endpoint,
      });
      const submit = (name: string, ...words: string[]) =>
        step(name, ['spark-submit', '--deploy-mode', 'cluster', '--master', 'yarn', ...words]);
      const Steps = [
        submit('writes', `s3://${Bucket}/app.py`, `s3://${Bucket}/in/`, `s3://${Bucket}/out`),
        submit('fails', local, 'fail'),
      ];
      const request = clusterRequest({ ReleaseLabel: kind.release, LogUri: `s3://${Bucket}/logs`, Steps });
      await clientOf(server).send(new RunJobFlowCommand(request));
      await expect
        .poll(() => server.state().clusters[0]!.steps.map(({ ended }) => ended !== null), {
          timeout: 150_000,
          interval: 200,
        })
        .toEqual([true, true]);
      const [cluster] = server.state().clusters;
      const [writes, fails] = cluster!.steps;
      const stdout = async (stepId: string) => {
        const Key = `logs/${cluster!.id}/steps/${stepId}/stdout.gz`;
        const { Body } = await s3.client().getObject({ Bucket, Key });
        return gunzipSync(await Body!.transformToByteArray()).toString('utf8');
      };
      expect(await stdout(writes!.id)).toContain(
        `master local[1] version ${kind.version}\nwrote [(0, 1), (1, 2), (2, 1)]\n`,
      );
      await untilSteps(server, ['COMPLETED', 'FAILED']);
      const { Contents = [] } = await s3.client().listObjectsV2({ Bucket, Prefix: 'out/' });
      expect(Contents.map(({ Key }) => Key?.replace(/-.*/, ''))).toEqual(['out/_SUCCESS', 'out/part']);
      // Spark sends the standard error of a Python program to its own standard output.
      expect(fails!.failure?.reason).toBe('Unknown Error.');
      expect(await stdout(fails!.id)).toMatch(/^ValueError: told to fail$/m);
    }, 180_000);
  });
});
