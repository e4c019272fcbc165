import { RunJobFlowCommand } from '@aws-sdk/client-emr';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clientOf, clusterRequest, readLog, scratchFolder, serve, step, untilSteps } from './fixtures.ts';

const sparkSubmit = process.env['SPARK_SUBMIT'];
if (sparkSubmit === undefined) {
  process.stderr.write(
    '\n*** SKIPPED: the test with real Spark. It needs SPARK_SUBMIT=<path of spark-submit> and Java.\n\n',
  );
}

const program = `
import sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
scheme = spark.sparkContext._jsc.hadoopConfiguration().get("fs.s3.impl")
rows = spark.range(1000).selectExpr("id", "id % 7 as rest")
if sys.argv[1] == "fail":
    raise ValueError("told to fail")
rows.groupBy("rest").count().coalesce(1).write.parquet(sys.argv[1])
print("master", spark.sparkContext.master, "s3 is", scheme, "version", spark.version)
`;

describe.skipIf(sparkSubmit === undefined)('real Spark', () => {
  test('runs a program submitted for a cluster, and tells of one that fails', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'app.py'), program);
    const submit = (name: string, ...words: string[]) =>
      step(name, ['spark-submit', '--deploy-mode', 'cluster', '--master', 'yarn', ...words]);
    const Steps = [
      submit('writes', '--conf', 'spark.ui.enabled=false', join(folder, 'app.py'), join(folder, 'out')),
      submit('fails', '--conf', 'spark.ui.enabled=false', join(folder, 'app.py'), 'fail'),
    ];
    const server = await serve({ sparkSubmit: sparkSubmit!, sparkMaster: 'local[1]' });
    const request = clusterRequest({ LogUri: 's3://logs/spark', Steps });
    await clientOf(server).send(new RunJobFlowCommand(request));
    await expect
      .poll(() => server.state().clusters[0]!.steps.map(({ ended }) => ended !== null), {
        timeout: 120_000,
        interval: 200,
      })
      .toEqual([true, true]);
    await untilSteps(server, ['COMPLETED', 'FAILED']);
    const [writes, fails] = server.state().clusters[0]!.steps;
    const { id } = server.state().clusters[0]!;
    const stdout = async (stepId: string) =>
      await readLog(join(server.logFolder, 'logs/spark', id, 'steps', stepId, 'stdout.gz'));
    expect(await stdout(writes!.id)).toMatch(
      /^master local\[1\] s3 is org\.apache\.hadoop\.fs\.s3a\.S3AFileSystem version /m,
    );
    expect(await readdir(join(folder, 'out'))).toContain('_SUCCESS');
    // Spark sends the standard error of a Python program to its own standard output.
    expect(fails!.failure?.reason).toBe('Unknown Error.');
    expect(await stdout(fails!.id)).toMatch(/^ValueError: told to fail$/m);
  }, 180_000);
});
