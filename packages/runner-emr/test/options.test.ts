import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkedEmrOptions, settledSettings } from '../src/check-options.ts';
import type { EmrRunnerOptions } from '../src/index.ts';

const least: EmrRunnerOptions = { cluster: {}, scratch: 's3://books/scratch' };

test('the least that is given is filled with frugal defaults', () => {
  expect(checkedEmrOptions(least)).toEqual({
    name: 'emr',
    cluster: {},
    scratch: 's3://books/scratch/',
    stepConcurrency: 2,
    batchMax: 31,
    batchWaitMs: 60_000,
    pollMs: 20_000,
    spark: {},
  });
});

test.each<EmrRunnerOptions>([
  { ...least, scratch: 's3://books' },
  { ...least, scratch: 's3://books/a/b=c/' },
  { ...least, scratch: 'file:///tmp/x/', endpoint: 'http://127.0.0.1:4302' },
  { ...least, cluster: { id: 'j-2AXXXXXXGAPLF' } },
  { ...least, name: undefined as never },
  { ...least, credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) },
  {
    ...least,
    cluster: { release: 'emr-spark-8.0.0', instances: { tasks: [{ count: 3, market: 'spot' }] }, spot: {} },
  },
  { ...least, cluster: { instances: { core: { count: 0 } } } },
])('%j can be meant', (options) => {
  expect(() => checkedEmrOptions(options)).not.toThrow();
});

test('a folder is spelt as the URIs in it are', () => {
  const scratch = 'file:///tmp/x/../y%2Dz';
  expect(checkedEmrOptions({ ...least, scratch, endpoint: 'http://127.0.0.1:1' }).scratch).toBe(
    'file:///tmp/y%2Dz/',
  );
});

test('every setting that the application makes by itself is refused', () => {
  const application = readFileSync(new URL('../application/daybook_application.py', import.meta.url), 'utf8');
  const [settings = ''] = application.slice(application.indexOf('\nSETTINGS: ')).split('\n}\n');
  const made = [...settings.matchAll(/^ {4}"(spark\.[^"]+)": /gm)].map(([, name]) => name);
  expect(made.length).toBeGreaterThan(20);
  expect([...settledSettings]).toEqual([...made, 'spark.yarn.maxAppAttempts']);
});

test('an endpoint without a region is asked as us-east-1', () => {
  expect(checkedEmrOptions({ ...least, endpoint: 'http://127.0.0.1:1' }).region).toBe('us-east-1');
});

const tag = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, '']));

describe('what cannot be meant is told by the name of the option', () => {
  test.each<[unknown, string]>([
    [{ scratch: 's3://books' }, 'cluster is left out: it must be given'],
    [{ cluster: {} }, 'scratch is left out: it must be given'],
    [{ ...least, clusters: 1 }, 'there is no clusters: there are name, cluster'],
    [{ ...least, name: 'a b' }, 'name is "a b": write a name such as "emr"'],
    [{ ...least, scratch: '/tmp' }, 'scratch is "/tmp": write "s3://bucket/prefix"'],
    [{ ...least, scratch: 's3://Books/x' }, 'scratch is'],
    [{ ...least, scratch: 's3://books//x' }, 'scratch is'],
    [{ ...least, scratch: 'file:///tmp/x' }, 'scratch is a folder of this machine, which EMR does not reach'],
    [{ ...least, stepConcurrency: 0 }, 'stepConcurrency is 0: write a whole number from 1 to 256'],
    [{ ...least, stepConcurrency: '2' }, 'stepConcurrency is "2"'],
    [{ ...least, batchMax: 1.5 }, 'batchMax is 1.5'],
    [{ ...least, batchWaitMs: -1 }, 'batchWaitMs is -1'],
    [{ ...least, pollMs: 5 }, 'pollMs is 5'],
    [{ ...least, region: 'EU' }, 'region is "EU": write a region such as "eu-west-1"'],
    [{ ...least, endpoint: 'localhost:1' }, 'endpoint is no URL: write one that begins with http'],
    [{ ...least, endpoint: 'http://me:hidden@x' }, 'endpoint has a user or a password in it'],
    [
      { ...least, credentials: { accessKeyId: 'a' } },
      'credentials are none: write { accessKeyId, secretAccessKey }',
    ],
    [{ ...least, s3: { endpoint: 'x' } }, 's3.endpoint is no URL'],
    [{ ...least, s3: { forcePathStyle: 1 } }, 's3.forcePathStyle is 1: write true or false'],
    [{ ...least, spark: { 'spark.x': 1 } }, 'spark["spark.x"] is 1: write text'],
    [{ ...least, spark: { memory: '4g' } }, 'spark has "memory": write names that begin with "spark."'],
    [
      { ...least, spark: { 'spark.sql.ansi.enabled': 'false' } },
      'spark has spark.sql.ansi.enabled, which Daybook sets',
    ],
    [{ ...least, prices: { x: { onDemand: 1 } } }, 'prices["x"].emr is left out'],
    [
      { ...least, prices: { x: { onDemand: -1, emr: 0 } } },
      'prices["x"].onDemand is -1: write US dollars an hour',
    ],
    [{ ...least, cluster: 'j-1' }, 'cluster is "j-1": write an object'],
    [{ ...least, cluster: { id: 'mine' } }, 'cluster.id is "mine": write the id of a cluster'],
    [
      { ...least, cluster: { id: 'j-1', release: 'emr-7.13.0' } },
      'there is no cluster.release: there are id',
    ],
    [
      { ...least, cluster: { id: 'j-1' }, stepConcurrency: 2 },
      'stepConcurrency is for clusters that Daybook starts',
    ],
    [
      { ...least, cluster: { release: '7.13.0' } },
      'cluster.release is "7.13.0": write a release such as "emr-7.13.0"',
    ],
    [
      { ...least, cluster: { instances: { primary: { count: 2 } } } },
      'there is no cluster.instances.primary.count',
    ],
    [{ ...least, cluster: { instances: { core: { type: 'big' } } } }, 'cluster.instances.core.type is "big"'],
    [{ ...least, cluster: { instances: { core: { type: [] } } } }, 'cluster.instances.core.type is empty'],
    [
      { ...least, cluster: { instances: { core: { type: ['m5.xlarge', 'x'] } } } },
      'cluster.instances.core.type[1] is "x"',
    ],
    [{ ...least, cluster: { instances: { tasks: [{}] } } }, 'cluster.instances.tasks[0].count is left out'],
    [
      { ...least, cluster: { instances: { core: { count: 0 }, tasks: [{ count: 1 }] } } },
      'cluster.instances.tasks need core',
    ],
    [
      {
        ...least,
        cluster: { subnets: ['subnet-1', 'subnet-2'], instances: { tasks: [{ count: 1 }, { count: 1 }] } },
      },
      'cluster.instances.tasks has several groups',
    ],
    [
      { ...least, cluster: { instances: { core: { volume: { kind: 'gp3' } } } } },
      'cluster.instances.core.volume.gib is left out',
    ],
    [{ ...least, cluster: { spot: {} } }, 'cluster.spot is given and no group has the market spot'],
    [{ ...least, cluster: { spot: { timeoutMinutes: 1 } } }, 'cluster.spot.timeoutMinutes is 1'],
    [
      { ...least, cluster: { managedScaling: { minimum: 3, maximum: 2 } } },
      'cluster.managedScaling.minimum is above maximum',
    ],
    [
      { ...least, cluster: { managedScaling: { minimum: 1, maximum: 2, maximumCore: 3 } } },
      'cluster.managedScaling has a limit',
    ],
    [
      {
        ...least,
        cluster: { managedScaling: { minimum: 1, maximum: 2 }, instances: { core: { count: 0 } } },
      },
      'cluster.managedScaling needs core instances',
    ],
    [{ ...least, cluster: { subnets: ['vpc-1'] } }, 'cluster.subnets[0] is "vpc-1": write a subnet'],
    [{ ...least, cluster: { securityGroups: { primary: 'x' } } }, 'cluster.securityGroups.primary is "x"'],
    [{ ...least, cluster: { roles: { step: 'Daybook' } } }, 'cluster.roles.step is "Daybook": write the ARN'],
    [{ ...least, cluster: { logUri: '/logs' } }, 'cluster.logUri is "/logs": write a place'],
    [{ ...least, cluster: { tags: { 'aws:x': '1' } } }, 'cluster.tags has "aws:x"'],
    [{ ...least, cluster: { tags: tag(51) } }, 'cluster.tags has more than 50'],
    [{ ...least, cluster: { configurations: [{}] } }, 'cluster.configurations[0].classification is left out'],
    [
      { ...least, cluster: { bootstrapActions: [{ name: 'x' }] } },
      'cluster.bootstrapActions[0].path is left out',
    ],
    [
      { ...least, cluster: { idleMinutes: 0 } },
      'cluster.idleMinutes is 0: write a whole number from 1 to 10080',
    ],
    [{ ...least, cluster: { rootVolume: { gib: 10 } } }, 'cluster.rootVolume.gib is 10'],
    [{ ...least, cluster: { keyName: 'a\nb' } }, 'cluster.keyName is'],
  ])('%j', (options, why) => {
    const check = () => checkedEmrOptions(options as EmrRunnerOptions);
    expect(check).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: expect.stringContaining(`emrRunner() cannot be meant so: ${why}`),
      }),
    );
    expect(check).not.toThrow(/hidden/);
  });
});
