import { EMRClient, type RunJobFlowCommandInput, type StepConfig } from '@aws-sdk/client-emr';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { startEmrLocal, type EmrLocal, type EmrLocalOptions } from '../src/index.ts';

/** A server that ends with the test, whose clusters start and stop at once unless the test says otherwise. */
export async function serve(options: EmrLocalOptions = {}): Promise<EmrLocal> {
  const server = await startEmrLocal({ startSeconds: 0, bootstrapSeconds: 0, stopSeconds: 0, ...options });
  onTestFinished(async () => await server.close());
  return server;
}

/** The SDK as anybody would use it, with as many attempts as asked for. */
export function clientOf(server: EmrLocal, maxAttempts = 1): EMRClient {
  const client = new EMRClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts,
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** The least that makes a cluster that waits for steps. */
export function clusterRequest(changes: Partial<RunJobFlowCommandInput> = {}): RunJobFlowCommandInput {
  return {
    Name: 'nightly',
    ReleaseLabel: 'emr-7.13.0',
    JobFlowRole: 'EMR_EC2_DefaultRole',
    ServiceRole: 'EMR_DefaultRole',
    Instances: {
      KeepJobFlowAliveWhenNoSteps: true,
      InstanceGroups: [
        { InstanceRole: 'MASTER', InstanceType: 'm5.xlarge', InstanceCount: 1 },
        { InstanceRole: 'CORE', InstanceType: 'm5.xlarge', InstanceCount: 2, Market: 'SPOT' },
      ],
    },
    ...changes,
  };
}

/** A step of command-runner.jar. */
export function step(name: string, args: string[], action: StepConfig['ActionOnFailure'] = 'CONTINUE') {
  return {
    Name: name,
    ActionOnFailure: action,
    HadoopJarStep: { Jar: 'command-runner.jar', Args: args },
  } satisfies StepConfig;
}

/** A step that runs a line of shell. */
export function shell(line: string, name = line): ReturnType<typeof step> {
  return step(name, ['bash', '-c', line]);
}

/** A folder that ends with the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'emr-local-test-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A program that stands for spark-submit and tells its arguments. */
export async function stubSparkSubmit(lines = 'printf "%s\\n" "$@"'): Promise<string> {
  const path = join(await scratchFolder(), 'spark-submit');
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A compressed log. */
export async function readLog(path: string): Promise<string> {
  return gunzipSync(await readFile(path)).toString('utf8');
}

/** The states of all steps of the first cluster, oldest first. */
export function stepStates(server: EmrLocal): readonly string[] {
  return server.state().clusters[0]!.steps.map(({ state }) => state);
}

/** Waits until the steps of the first cluster are in these states. */
export async function untilSteps(server: EmrLocal, states: readonly string[]): Promise<void> {
  await expect.poll(() => stepStates(server)).toEqual(states);
}

/** Waits until the first cluster is in this state. */
export async function untilCluster(server: EmrLocal, state: string): Promise<void> {
  await expect.poll(() => server.state().clusters[0]?.state).toBe(state);
}

/** Waits until a file is there. */
export async function untilFile(path: string): Promise<void> {
  await expect.poll(() => existsSync(path)).toBe(true);
}

/** Is this process there, and not only waiting to be reaped by who started it? */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') S');
  return !/\) Z/.test(status);
}
