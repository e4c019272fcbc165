import { describe, expect, test } from 'vitest';
import { s3Conf, sparkSubmitArguments } from '../src/steps/spark-submit.ts';
import { commandOf } from '../src/steps/command.ts';
import type { StepSettings } from '../src/steps/settings.ts';

const settings: StepSettings = {
  sparkSubmit: '/opt/venv/bin/spark-submit',
  sparkMaster: 'local[2]',
  sparkConf: {},
  s3Endpoint: undefined,
  logFolder: '/logs',
  stateFolder: '/state',
};

/** The words behind the master and the settings that every submission gets. */
function own(line: string): string {
  const given = sparkSubmitArguments(line === '' ? [] : line.split(' '), settings);
  const before = 2 + 2 * Object.keys(s3Conf(undefined)).length;
  expect(given.slice(0, 2)).toEqual(['--master', 'local[2]']);
  return given.slice(before).join(' ');
}

test.each([
  ['s3://b/app.py', 's3a://b/app.py'],
  ['s3://b/app.py s3://b/plan.json --master x', 's3a://b/app.py s3://b/plan.json --master x'],
  ['--deploy-mode cluster --master yarn /a.py', '/a.py'],
  ['--master=yarn --deploy-mode=cluster /a.py', '/a.py'],
  ['--conf spark.master=yarn --conf a=b /a.py', '--conf a=b /a.py'],
  ['--conf spark.submit.deployMode=cluster /a.py', '/a.py'],
  ['--conf=spark.master=yarn --conf=a=b /a.py', '--conf=a=b /a.py'],
  ['--py-files s3://b/a.zip,s3://b/b.zip /a.py', '--py-files s3a://b/a.zip,s3a://b/b.zip /a.py'],
  ['--conf spark.jars=s3://b/a.jar /a.py', '--conf spark.jars=s3a://b/a.jar /a.py'],
  ['--verbose --class Main s3n://b/a.jar x', '--verbose --class Main s3a://b/a.jar x'],
  ['--name my-s3://x /a.py', '--name my-s3://x /a.py'],
  ['--version', '--version'],
  ['', ''],
])('spark-submit %s is run as %s', (line, expected) => {
  expect(own(line)).toBe(expected);
});

test('s3 is the file system of S3A, at the endpoint given, by path', () => {
  const words = sparkSubmitArguments(['/a.py'], { ...settings, s3Endpoint: 'http://127.0.0.1:9000' });
  for (const setting of [
    'spark.hadoop.fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem',
    'spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:9000',
    'spark.hadoop.fs.s3a.path.style.access=true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled=false',
  ]) {
    expect(words[words.indexOf(setting) - 1]).toBe('--conf');
  }
});

test('settings of the server come before those of the step, which win in Spark', () => {
  const words = sparkSubmitArguments(['--conf', 'a=step', '/a.py'], {
    ...settings,
    sparkConf: { a: 'server' },
  });
  expect(words.indexOf('a=server')).toBeGreaterThan(0);
  expect(words.indexOf('a=server')).toBeLessThan(words.indexOf('a=step'));
});

describe('a step', () => {
  const Jar = 'command-runner.jar';

  test('finds the rest of an environment beside its spark-submit', () => {
    const command = commandOf({ Jar, Args: ['spark-submit', '/a.py'] }, settings, { PATH: '/usr/bin' });
    expect(command).toMatchObject({
      program: '/opt/venv/bin/spark-submit',
      env: { PATH: '/opt/venv/bin:/usr/bin', SPARK_LOCAL_IP: '127.0.0.1' },
    });
  });

  test('of Spark listens where the environment of emr-local says, and else to this machine alone', () => {
    const command = commandOf({ Jar, Args: ['spark-submit'] }, settings, { SPARK_LOCAL_IP: '10.0.0.1' });
    expect(command).toMatchObject({ env: { SPARK_LOCAL_IP: '10.0.0.1' } });
  });

  test('of another command runs it as it is, and tells the AWS clients in it where S3 is', () => {
    const command = commandOf(
      { Jar, Args: ['bash', '-c', 'aws s3 ls s3://b'] },
      { ...settings, s3Endpoint: 'http://x' },
      {},
    );
    expect(command).toEqual({
      kind: 'run',
      program: 'bash',
      args: ['-c', 'aws s3 ls s3://b'],
      env: { AWS_ENDPOINT_URL_S3: 'http://x' },
    });
  });

  test.each([
    [
      { Jar: 's3://b/my.jar', Args: ['x'] },
      'Jar not supported',
      /command-runner\.jar and not s3:\/\/b\/my\.jar/,
    ],
    [{ Jar }, 'No command', /given no arguments/],
  ])('%j fails and says why', (config, reason, message) => {
    const failure = { reason, message: expect.stringMatching(message) as string };
    expect(commandOf(config, settings, {})).toEqual({ kind: 'refuse', failure });
  });

  test('that needs spark-submit fails where there is none', () => {
    const command = commandOf({ Jar, Args: ['spark-submit'] }, { ...settings, sparkSubmit: undefined }, {});
    expect(command).toMatchObject({ failure: { reason: 'spark-submit not found' } });
  });

  test('that would report to the console of EMR does nothing, well', () => {
    expect(commandOf({ Jar, Args: ['state-pusher-script'] }, settings, {})).toMatchObject({
      kind: 'nothing',
    });
  });
});
