import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkedEmrOptions, isExisting } from '../src/check-options.ts';
import { clusterName, readClusterName, readStepName, scratchDigest, stepName } from '../src/cluster/names.ts';
import { clusterRequest } from '../src/cluster/request.ts';
import type { ClusterSpec } from '../src/index.ts';
import { openWorld } from './world.ts';

const everything: ClusterSpec = {
  release: 'emr-spark-8.0.0',
  instances: {
    primary: { type: 'm5.xlarge', volume: { gib: 64 } },
    core: { type: 'r6g.2xlarge', count: 4, volume: { gib: 200, iops: 4_000, throughput: 250, count: 2 } },
    tasks: [
      { type: 'm6g.2xlarge', count: 8, market: 'spot' },
      { type: 'm5.2xlarge', count: 2, market: 'spot' },
    ],
  },
  managedScaling: { minimum: 2, maximum: 12, maximumOnDemand: 4, maximumCore: 4 },
  roles: { service: 'Emr', instanceProfile: 'EmrEc2', step: 'arn:aws:iam::123456789012:role/Daybook' },
  subnets: ['subnet-0123456789abcdef0'],
  securityGroups: {
    primary: 'sg-1',
    core: 'sg-2',
    service: 'sg-3',
    morePrimary: ['sg-4'],
    moreCore: ['sg-5'],
  },
  securityConfiguration: 'encrypted',
  keyName: 'ops',
  logUri: 's3://logs/emr',
  logKey: 'arn:aws:kms:eu-west-1:123456789012:key/1',
  tags: { 'for-use-with-amazon-emr-managed-policies': 'true', team: 'books' },
  configurations: [
    { classification: 'spark-env', configurations: [{ classification: 'export', properties: { A: 'b' } }] },
    { classification: 'spark-defaults', properties: { 'spark.executor.memory': '4g' } },
  ],
  bootstrapActions: [{ name: 'setup', path: 's3://code/setup.sh', arguments: ['--fast'] }],
  applications: ['Hive', 'Spark'],
  amiId: 'ami-0123456789abcdef0',
  rootVolume: { gib: 30, iops: 3_000, throughput: 125 },
  idleMinutes: 10,
};

const fleets: ClusterSpec = {
  instances: {
    core: { type: ['m6g.xlarge', 'm7g.xlarge'], count: 2 },
    tasks: [{ type: ['m6g.xlarge', 'm7g.xlarge'], count: 6, market: 'spot', volume: { gib: 100 } }],
  },
  spot: { timeoutMinutes: 10, otherwise: 'end' },
  subnets: ['subnet-1', 'subnet-2'],
  managedScaling: { minimum: 2, maximum: 10 },
};

const specs: readonly [string, ClusterSpec][] = [
  ['least', {}],
  ['everything', everything],
  ['fleets', fleets],
];

describe.each(specs)('the request for %s', (name, spec) => {
  const checked = checkedEmrOptions({ cluster: spec, scratch: 's3://books/scratch' }).cluster;
  const request = isExisting(checked)
    ? undefined
    : clusterRequest(checked, { name: 'the name', stepConcurrency: 2 });

  test('is as it was', async () => {
    await expect(`${JSON.stringify(request, undefined, 2)}\n`).toMatchFileSnapshot(
      `golden/request-${name}.txt`,
    );
  });

  test('is taken by EMR', async () => {
    const world = await openWorld();
    const emr = world.emr();
    const id = await emr.runCluster(request!);
    expect(world.server.state().clusters[0]).toMatchObject({
      keepAlive: true,
      protected: false,
      stepConcurrency: 2,
    });
    await emr.terminate(id);
  });
});

test('the golden requests keep what no cluster may be without', () => {
  for (const [name] of specs) {
    const request = JSON.parse(readFileSync(new URL(`golden/request-${name}.txt`, import.meta.url), 'utf8'));
    expect(request).toMatchObject({
      Instances: { KeepJobFlowAliveWhenNoSteps: true, TerminationProtected: false },
      AutoTerminationPolicy: { IdleTimeout: expect.any(Number) },
      StepConcurrencyLevel: 2,
    });
  }
});

describe('names', () => {
  const scratch = scratchDigest('s3://books/scratch/');
  const [owner, token] = ['a'.repeat(32), 'b'.repeat(32)];

  test('of clusters say whose they are', () => {
    const name = clusterName({ scratch, owner, cluster: token });
    expect(name.length).toBeLessThanOrEqual(256);
    expect(readClusterName(name)).toEqual({ scratch, owner, cluster: token });
    for (const other of [
      'nightly',
      `${name} `,
      `x ${name}`,
      name.slice(0, -1),
      name.replace('owner', 'other'),
    ]) {
      expect(readClusterName(other)).toBeUndefined();
    }
  });

  test('of scratches differ', () => {
    expect(scratch).not.toBe(scratchDigest('s3://books/scratch2/'));
    expect(scratch).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    'account-statistics, 31 tasks',
    'x'.repeat(400),
    '<b>$|`\n\u0000💰',
    '',
    `(daybook scratch-${scratch} owner-${owner} step-${token})`,
  ])('of steps begin with what is for people, whatever it is: %j', (label) => {
    const name = stepName(label, { scratch, owner, step: token });
    expect(name.length).toBeLessThanOrEqual(256);
    expect(name).not.toMatch(/[<>$|`\n]/);
    expect(name.startsWith(label.slice(0, 3).replaceAll(/[<>$|`\n]/g, '-'))).toBe(true);
    expect(readStepName(name)).toEqual({ scratch, owner, step: token });
  });
});
