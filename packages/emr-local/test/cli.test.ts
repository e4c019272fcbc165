import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EMRClient, RunJobFlowCommand } from '@aws-sdk/client-emr';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../src/main.ts';
import { clusterRequest, isAlive, scratchFolder, shell, step, stubSparkSubmit } from './fixtures.ts';

const bin = fileURLToPath(new URL('../bin/emr-local.js', import.meta.url));
const quick = ['--start-seconds', '0', '--bootstrap-seconds', '0'];

describe('the command', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'serves on a free port that it prints, and ends with 0 and without steps on %s',
    async (signal) => {
      const folder = await scratchFolder();
      const spark = await stubSparkSubmit(`echo "$@" > ${folder}/words`);
      const flags = ['--spark-submit', spark, '--spark-master', 'local[3]', '--spark-conf', 'a=b=c'];
      const { child, line } = await start([...quick, ...flags, '--log', folder]);
      expect(line).toContain(`spark-submit ${spark}; logs below ${folder}`);
      const client = clientAt(/http:\/\/127\.0\.0\.1:\d+/.exec(line)![0]);
      const lasting = shell(`echo $$ > ${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; sleep 600`);
      const Steps = [step('spark', ['spark-submit', '/app.py']), lasting];
      await client.send(new RunJobFlowCommand(clusterRequest({ Steps })));
      const text = async (name: string) => await readFile(join(folder, name), 'utf8').catch(() => '');
      await expect.poll(async () => await text('pid')).not.toBe('');
      expect(await text('words')).toMatch(/^--master local\[3\] .*--conf a=b=c \/app\.py\n$/);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await isAlive(Number(await text('pid')))).toBe(false);
    },
  );

  test('says at its start where spark-submit is missing', async () => {
    const { line } = await start(['--state', await scratchFolder()], {
      ...process.env,
      PATH: '/nowhere',
      SPARK_HOME: undefined,
    });
    expect(line).toContain('no spark-submit: such steps fail');
  });

  test.each([
    [['--port', 'http'], /--port/],
    [['--start-seconds', 'soon'], /--start-seconds/],
    [['--spark-submit', '/no/such/program'], /--spark-submit \/no\/such\/program/],
    [['--spark-conf', 'nothing'], /--spark-conf.*"nothing"/],
    [['--s3-endpoint', 'somewhere'], /s3Endpoint.*somewhere/],
    [['--fault-kinds', 'flood'], /--fault-kinds.*throttle/],
    [['--fault-rate', '1'], /faultRate/],
    [['--clock', 'lunar'], /clock/],
    [['--host', '0.0.0.0'], /host/],
  ])('refuses %j with 2 and one sentence', async (args, sentence) => {
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await main(args)).toBe(2);
    expect(stderr.mock.calls.map(([text]) => String(text)).join('')).toMatch(sentence);
    expect(stdout).not.toHaveBeenCalled();
  });

  test('exits with the code of what went wrong', async () => {
    const result = await new Promise((resolve) => {
      execFile(process.execPath, [bin, '--port', 'http'], (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });
    expect(result).toEqual({ code: 2, stdout: '', stderr: '--port is a number, not "http".\n' });
  });
});

async function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, line };
}

function clientAt(endpoint: string): EMRClient {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new EMRClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}
