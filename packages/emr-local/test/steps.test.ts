import { AddJobFlowStepsCommand, CancelStepsCommand, RunJobFlowCommand } from '@aws-sdk/client-emr';
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EmrLocal, EmrLocalOptions } from '../src/index.ts';
import {
  clientOf,
  clusterRequest,
  isAlive,
  readLog,
  scratchFolder,
  serve,
  shell,
  step,
  stepStates,
  stubSparkSubmit,
  untilCluster,
  untilFile,
  untilSteps,
} from './fixtures.ts';

/** A server with one cluster that runs these steps. */
async function running(
  steps: readonly ReturnType<typeof step>[],
  options: EmrLocalOptions = {},
  request: Parameters<typeof clusterRequest>[0] = {},
) {
  const server = await serve(options);
  const client = clientOf(server);
  const { JobFlowId } = await client.send(
    new RunJobFlowCommand(clusterRequest({ Steps: [...steps], ...request })),
  );
  return { server, client, id: JobFlowId! };
}

function stepIds(server: EmrLocal): readonly string[] {
  return server.state().clusters[0]!.steps.map(({ id }) => id);
}

/** The number that a step wrote into a file of its folder, once it is there. */
async function numberIn(path: string): Promise<number> {
  await expect.poll(async () => await readFile(path, 'utf8').catch(() => '')).toMatch(/^\d+\n$/);
  return Number(await readFile(path, 'utf8'));
}

describe('a step', () => {
  test('runs spark-submit with the words of EMR made fit for this machine', async () => {
    // No store is there to take the logs.
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    const logFolder = await scratchFolder();
    const { server, id } = await running(
      [step('a', ['spark-submit', '--deploy-mode', 'cluster', 's3://b/app.py', 's3://b/in', 'two words'])],
      { sparkSubmit: await stubSparkSubmit(), s3Endpoint: 'http://127.0.0.1:9', logFolder },
      { LogUri: 's3://logs/some/prefix/' },
    );
    await untilSteps(server, ['COMPLETED']);
    const folder = join(logFolder, 'logs/some/prefix', id, 'steps', stepIds(server)[0]!);
    const words = (await readLog(join(folder, 'stdout.gz'))).trimEnd().split('\n');
    expect(words.slice(-3)).toEqual(['s3a://b/app.py', 's3://b/in', 'two words']);
    expect(words).toContain('spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:9');
    expect(words.slice(0, 2)).toEqual(['--master', 'local[*]']);
  });

  test('leaves its logs where EMR puts them, below a folder too', async () => {
    const folder = await scratchFolder();
    const LogUri = pathToFileURL(folder).href;
    const { server, id } = await running([shell('echo out; echo err >&2')], {}, { LogUri });
    await untilSteps(server, ['COMPLETED']);
    const place = join(folder, id, 'steps', stepIds(server)[0]!);
    expect((await readdir(place)).sort()).toEqual(['controller.gz', 'stderr.gz', 'stdout.gz', 'syslog.gz']);
    expect(await readLog(join(place, 'stdout.gz'))).toBe('out\n');
    expect(await readLog(join(place, 'stderr.gz'))).toBe('err\n');
    expect(await readLog(join(place, 'controller.gz'))).toMatch(/startExec 'bash -c .*\n.*exit code 0\n$/);
  });

  test('that fails says with what exception, and in which log', async () => {
    const line = 'echo "Traceback" >&2; echo "ValueError: no such day" >&2; echo done >&2; exit 3';
    const { server, id } = await running([shell(line)], {}, { LogUri: 's3://logs/p' });
    await untilSteps(server, ['FAILED']);
    expect(server.state().clusters[0]!.steps[0]!.failure).toEqual({
      reason: 'Unknown Error.',
      message: 'ValueError: no such day',
      logFile: `s3://logs/p/${id}/steps/${stepIds(server)[0]}/stderr.gz`,
    });
  });

  test('whose program is not there, or spark-submit where there is none, fails and says so', async () => {
    const { server } = await running([step('a', ['no-such-program']), step('b', ['spark-submit', 'x'])]);
    await untilSteps(server, ['FAILED', 'FAILED']);
    const [a, b] = server.state().clusters[0]!.steps.map(({ failure }) => failure?.reason);
    expect(a).toMatch(/ENOENT/);
    expect(b).toBe('spark-submit not found');
  });

  test('runs beside others, each waiting for the other to have begun', async () => {
    const folder = await scratchFolder();
    const meet = (own: string, other: string) =>
      shell(`touch ${folder}/${own}; until test -e ${folder}/${other}; do sleep 0.01; done`);
    const { server } = await running([meet('a', 'b'), meet('b', 'a')], {}, { StepConcurrencyLevel: 2 });
    await untilSteps(server, ['COMPLETED', 'COMPLETED']);
  });

  test('waits for the one before it where one runs at a time', async () => {
    const folder = await scratchFolder();
    const { server, client, id } = await running([
      shell(`until test -e ${folder}/go; do sleep 0.01; done; touch ${folder}/done`),
    ]);
    const Steps = [shell(`test -e ${folder}/done`)];
    await client.send(new AddJobFlowStepsCommand({ JobFlowId: id, Steps }));
    await untilSteps(server, ['RUNNING', 'PENDING']);
    await writeFile(join(folder, 'go'), '');
    await untilSteps(server, ['COMPLETED', 'COMPLETED']);
  });

  test('is told to end by SIGTERM, and what it leaves behind is killed', async () => {
    const folder = await scratchFolder();
    const { server, client, id } = await running([
      shell(
        `trap 'echo told > ${folder}/told; exit 0' TERM; sleep 600 & echo $! > ${folder}/pid; while :; do sleep 0.01; done`,
      ),
    ]);
    const pid = await numberIn(join(folder, 'pid'));
    await client.send(new CancelStepsCommand({ ClusterId: id, StepIds: [...stepIds(server)] }));
    await untilSteps(server, ['CANCELLED']);
    expect(existsSync(join(folder, 'told'))).toBe(true);
    await expect.poll(async () => await isAlive(pid)).toBe(false);
  });

  test('may refuse SIGTERM and stays CANCEL_PENDING, until SIGKILL takes all of its group', async () => {
    const folder = await scratchFolder();
    const { server, client, id } = await running([
      shell(
        `trap 'touch ${folder}/told' TERM; sleep 600 & echo $! > ${folder}/pid; while :; do sleep 0.01; done`,
      ),
    ]);
    const pid = await numberIn(join(folder, 'pid'));
    const cancel = async (option: 'SEND_INTERRUPT' | 'TERMINATE_PROCESS') =>
      await client.send(
        new CancelStepsCommand({
          ClusterId: id,
          StepIds: [...stepIds(server)],
          StepCancellationOption: option,
        }),
      );
    await cancel('SEND_INTERRUPT');
    await untilFile(join(folder, 'told'));
    expect(stepStates(server)).toEqual(['CANCEL_PENDING']);
    expect(await isAlive(pid)).toBe(true);
    await cancel('TERMINATE_PROCESS');
    await untilSteps(server, ['CANCELLED']);
    await expect.poll(async () => await isAlive(pid)).toBe(false);
  });

  test('does not outlive its cluster, nor the server', async () => {
    const folder = await scratchFolder();
    const lasting = (name: string) => shell(`sleep 600 & echo $! > ${folder}/${name}; wait`);
    const { server } = await running([lasting('a')], {}, { StepConcurrencyLevel: 2 });
    const a = await numberIn(join(folder, 'a'));
    server.addFault({ kind: 'master-loss', cluster: server.state().clusters[0]!.id });
    await untilCluster(server, 'TERMINATED_WITH_ERRORS');
    expect(stepStates(server)).toEqual(['INTERRUPTED']);
    await expect.poll(async () => await isAlive(a)).toBe(false);

    const other = await running([lasting('b')]);
    const b = await numberIn(join(folder, 'b'));
    await other.server.close();
    expect(await isAlive(b)).toBe(false);
  });
});
