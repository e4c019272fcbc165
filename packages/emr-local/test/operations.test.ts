import { describe, expect, test } from 'vitest';
import { clusterRequest, shell, step } from './fixtures.ts';
import { failed, machineAt0 } from './machine-fixture.ts';

const many = (count: number) => Array.from({ length: count }, (_, index) => shell(`n${index}`));

describe('steps are listed', () => {
  test('newest first, 50 a page, and none twice where others come meanwhile', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: many(120) });
    const first = emr.call('ListSteps', { ClusterId });
    expect(first.Steps.map(({ Name }) => Name)).toEqual(
      many(120)
        .slice(70)
        .toReversed()
        .map((one) => one.Name),
    );
    emr.add(ClusterId, [shell('new')]);
    const second = emr.call('ListSteps', { ClusterId, Marker: first.Marker });
    const third = emr.call('ListSteps', { ClusterId, Marker: second.Marker });
    expect([second.Steps.length, third.Steps.length, third.Marker]).toEqual([50, 20, undefined]);
    const names = [...first.Steps, ...second.Steps, ...third.Steps].map(({ Name }) => Name);
    expect(new Set(names).size).toBe(120);
  });

  test('without a marker where one page holds them all', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: many(50) });
    expect(emr.call('ListSteps', { ClusterId })).toMatchObject({ Steps: { length: 50 } });
    expect(emr.call('ListSteps', { ClusterId }).Marker).toBeUndefined();
  });

  test('by state from page to page, also where the last of a page is in another state meanwhile', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: many(60) });
    const asked = { ClusterId, StepStates: ['PENDING'] };
    const { Steps, Marker } = emr.call('ListSteps', asked);
    emr.call('CancelSteps', { ClusterId, StepIds: [Steps.at(-1)!.Id] });
    const second = emr.call('ListSteps', { ...asked, Marker });
    expect(second.Steps.map(({ Name }) => Name)).toEqual(
      many(10)
        .map(({ Name }) => Name)
        .toReversed(),
    );
    expect(second.Marker).toBeUndefined();
  });

  test('to their end where the last of a page is no longer among the 1,000 that are shown', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: many(256) });
    const add = (count: number) => {
      const active = emr.cluster(ClusterId).steps.slice(-256);
      emr.call('CancelSteps', { ClusterId, StepIds: active.map(({ id }) => id) });
      emr.add(ClusterId, many(count));
    };
    for (const count of [256, 256, 232]) add(count);
    let { Marker } = emr.call('ListSteps', { ClusterId });
    for (let page = 2; page < 20; page += 1) ({ Marker } = emr.call('ListSteps', { ClusterId, Marker }));
    add(60);
    expect(emr.call('ListSteps', { ClusterId, Marker })).toEqual({ Steps: [] });
  });

  test('by state, and by identifier in the order asked for', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: many(3) });
    emr.to(90);
    emr.ended('n0');
    const names = (asked: Readonly<Record<string, unknown>>) =>
      emr.call('ListSteps', { ClusterId, ...asked }).Steps.map(({ Name }) => Name);
    expect(names({ StepStates: ['COMPLETED', 'PENDING'] })).toEqual(['n2', 'n0']);
    const ids = emr.cluster(ClusterId).steps.map(({ id }) => id);
    expect(names({ StepIds: [ids[1], ids[0]] })).toEqual(['n1', 'n0']);
    expect(names({ StepStates: [], StepIds: [] })).toEqual(['n2', 'n1', 'n0']);
    expect(names({ StepStates: [], StepIds: [ids[1]] })).toEqual(['n1']);
  });

  test('with what they are and when, and a failed one with its cause', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: [step('a', ['x', 'y'], 'CANCEL_AND_WAIT')], LogUri: 's3://b/p' });
    emr.to(100);
    emr.ended('a', { reason: 'Unknown Error.', message: 'why', logFile: 's3://b/p/stderr.gz' });
    const StepId = emr.cluster(ClusterId).steps[0]!.id;
    const expected = {
      Id: StepId,
      Name: 'a',
      Config: { Jar: 'command-runner.jar', Properties: {}, Args: ['x', 'y'] },
      ActionOnFailure: 'CANCEL_AND_WAIT',
      Status: {
        State: 'FAILED',
        StateChangeReason: {},
        FailureDetails: { Reason: 'Unknown Error.', Message: 'why', LogFile: 's3://b/p/stderr.gz' },
        Timeline: { CreationDateTime: 0, StartDateTime: 90, EndDateTime: 100 },
      },
    };
    expect(StepId).toMatch(/^s-[A-Z0-9]{13}$/);
    expect(emr.call('ListSteps', { ClusterId }).Steps).toEqual([expected]);
    expect(emr.call('DescribeStep', { ClusterId, StepId }).Step).toEqual(expected);
  });
});

describe('clusters are listed', () => {
  test('newest first, 50 a page, by state and time', () => {
    const emr = machineAt0();
    const ids = [];
    for (let second = 0; second < 60; second += 1) {
      emr.to(second * 1_000);
      ids.push(emr.run({ Name: `n${second}` }));
    }
    const first = emr.call('ListClusters', {});
    const second = emr.call('ListClusters', { Marker: first.Marker });
    expect([...first.Clusters, ...second.Clusters].map(({ Id }) => Id)).toEqual(ids.toReversed());
    expect([first.Clusters.length, second.Marker]).toEqual([50, undefined]);
    const between = emr.call('ListClusters', { CreatedAfter: 3_000, CreatedBefore: 5_500 });
    expect(between.Clusters.map(({ Name }) => Name)).toEqual(['n5', 'n4', 'n3']);
    const starting = emr.call('ListClusters', { ClusterStates: ['STARTING'] });
    expect(starting.Clusters.map(({ Name }) => Name)).toEqual(['n59']);
    expect(emr.call('ListClusters', { ClusterStates: [] }).Clusters).toHaveLength(50);
  });
});

describe('a cluster is described', () => {
  test('with what it was asked for, s3 as s3n, and its tags as they are now', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({
      LogUri: 's3://b/p',
      Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }],
      Applications: [{ Name: 'Spark' }],
      Configurations: [{ Classification: 'spark', Properties: { x: 'y' } }],
      StepConcurrencyLevel: 7,
    });
    emr.call('AddTags', {
      ResourceId: ClusterId,
      Tags: [
        { Key: 'c', Value: '3' },
        { Key: 'a', Value: '2' },
      ],
    });
    emr.call('RemoveTags', { ResourceId: ClusterId, TagKeys: ['b', 'z'] });
    expect(emr.call('DescribeCluster', { ClusterId }).Cluster).toMatchObject({
      Id: ClusterId,
      ClusterArn: `arn:aws:elasticmapreduce:eu-west-1:000000000000:cluster/${ClusterId}`,
      LogUri: 's3n://b/p/',
      AutoTerminate: false,
      TerminationProtected: false,
      ReleaseLabel: 'emr-7.13.0',
      StepConcurrencyLevel: 7,
      InstanceCollectionType: 'INSTANCE_GROUP',
      NormalizedInstanceHours: 0,
      Applications: [{ Name: 'Spark' }],
      Configurations: [{ Classification: 'spark', Properties: { x: 'y' } }],
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'c', Value: '3' },
      ],
    });
  });

  test('with instances in their states', () => {
    const emr = machineAt0();
    const ClusterId = emr.run();
    const states = () => emr.call('ListInstances', { ClusterId }).Instances.map(({ Status }) => Status.State);
    const seen = [0, 60, 90].map((second) => {
      emr.to(second);
      return states();
    });
    emr.call('TerminateJobFlows', { JobFlowIds: [ClusterId] });
    emr.to(110);
    expect([...seen, states()]).toEqual(
      ['PROVISIONING', 'BOOTSTRAPPING', 'RUNNING', 'TERMINATED'].map((state) => [state, state, state]),
    );
    const cores = emr.call('ListInstances', { ClusterId, InstanceGroupTypes: ['CORE'] }).Instances;
    expect(cores.map(({ Market }) => Market)).toEqual(['SPOT', 'SPOT']);
    const all = { ClusterId, InstanceStates: [], InstanceGroupTypes: [] };
    expect(emr.call('ListInstances', all).Instances).toHaveLength(3);
  });

  test('with instances by state from page to page, also where the last of a page is in another meanwhile', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({
      Instances: {
        KeepJobFlowAliveWhenNoSteps: true,
        InstanceGroups: [
          { InstanceRole: 'MASTER', InstanceType: 'm5.xlarge', InstanceCount: 1 },
          { InstanceRole: 'CORE', InstanceType: 'm5.xlarge', InstanceCount: 49, Market: 'SPOT' },
          { InstanceRole: 'TASK', InstanceType: 'm5.xlarge', InstanceCount: 10 },
        ],
      },
    });
    emr.to(90);
    const asked = { ClusterId, InstanceStates: ['RUNNING'] };
    const { Marker } = emr.call('ListInstances', asked);
    emr.lose(ClusterId, { kind: 'spot', endsCluster: false });
    const second = emr.call('ListInstances', { ...asked, Marker });
    expect(second.Instances.map(({ Market }) => Market)).toEqual(
      Array.from({ length: 10 }, () => 'ON_DEMAND'),
    );
  });

  test('with fleets where it has fleets, and not with groups', () => {
    const emr = machineAt0();
    const types = [{ InstanceType: 'm5.xlarge', WeightedCapacity: 4 }];
    const ClusterId = emr.run({
      Instances: {
        InstanceFleets: [
          { InstanceFleetType: 'MASTER', TargetOnDemandCapacity: 1, InstanceTypeConfigs: [types[0]!] },
          { InstanceFleetType: 'CORE', TargetSpotCapacity: 8, InstanceTypeConfigs: types },
        ],
      },
    });
    const { InstanceFleets } = emr.call('ListInstanceFleets', { ClusterId }) as unknown as {
      readonly InstanceFleets: unknown;
    };
    expect(InstanceFleets).toMatchObject([
      { InstanceFleetType: 'MASTER', TargetOnDemandCapacity: 1 },
      { InstanceFleetType: 'CORE', TargetSpotCapacity: 8, InstanceTypeSpecifications: types },
    ]);
    expect(emr.call('ListInstances', { ClusterId }).Instances).toHaveLength(3);
    expect(() => emr.call('ListInstanceGroups', { ClusterId })).toThrow(/mutually exclusive/);
  });
});

describe('a managed scaling policy', () => {
  test('is checked, kept, shown and forgotten', () => {
    const emr = machineAt0();
    const ClusterId = emr.run();
    const limits = { UnitType: 'Instances', MinimumCapacityUnits: 1, MaximumCapacityUnits: 4 };
    const policy = { ComputeLimits: limits };
    emr.call('PutManagedScalingPolicy', { ClusterId, ManagedScalingPolicy: policy });
    expect(emr.call('GetManagedScalingPolicy', { ClusterId })).toEqual({ ManagedScalingPolicy: policy });
    const wrong = { ComputeLimits: { ...limits, MinimumCapacityUnits: 5 } };
    expect(() => emr.call('PutManagedScalingPolicy', { ClusterId, ManagedScalingPolicy: wrong })).toThrow(
      /MinimumCapacityUnits/,
    );
    emr.call('RemoveManagedScalingPolicy', { ClusterId });
    expect(emr.call('GetManagedScalingPolicy', { ClusterId })).toEqual({});
  });
});

describe('refused is', () => {
  const master = { InstanceRole: 'MASTER' as const, InstanceType: 'm5.xlarge', InstanceCount: 1 };
  const long = 'x'.repeat(6_000);
  const name = 'ValidationException';

  test.each([
    ['a name with a dollar', { Name: 'a$' }, /name of a cluster/],
    ['no instance profile', { JobFlowRole: undefined }, /InstanceProfile is required/],
    ['no service role', { ServiceRole: undefined }, /ServiceRole is required/],
    ['no release', { ReleaseLabel: undefined }, /exactly one of/],
    ['another release', { ReleaseLabel: 'emr-next' }, /release label is invalid: emr-next/],
    ['a log URI of another kind', { LogUri: 'http://x' }, /LogUri/],
    ['a log URI of another machine', { LogUri: 'file://x/logs' }, /LogUri/],
    ['a level of 0', { StepConcurrencyLevel: 0 }, /between 1 and 256/],
    ['a level of 257', { StepConcurrencyLevel: 257 }, /between 1 and 256/],
    ['257 steps', { Steps: many(257) }, /Maximum number of active steps/],
    ['too many characters', { Steps: [step('a', [long, long])] }, /10240 characters/],
    [
      'another action beside others',
      { StepConcurrencyLevel: 2, Steps: [step('a', ['x'], 'CANCEL_AND_WAIT')] },
      /ActionOnFailure CANCEL_AND_WAIT is not valid/,
    ],
    ['idleness of 59 s', { AutoTerminationPolicy: { IdleTimeout: 59 } }, /between 60 and 604800/],
    ['idleness of a week', { AutoTerminationPolicy: { IdleTimeout: 604_801 } }, /between 60 and 604800/],
    ['no instances', { Instances: {} }, /Zero master instance groups/],
    ['two masters', { Instances: { InstanceGroups: [master, master] } }, /Multiple master/],
    [
      'a bid for what is bought',
      { Instances: { InstanceGroups: [{ ...master, BidPrice: '1' }] } },
      /on demand instance group/,
    ],
    [
      'groups and a count',
      { Instances: { InstanceGroups: [master], InstanceCount: 3 } },
      /one and only one of the following/,
    ],
    [
      'a task group without a core',
      { Instances: { InstanceGroups: [master, { ...master, InstanceRole: 'TASK' as const }] } },
      /must also define core nodes/,
    ],
  ])('a cluster with %s', (_, changes, message) => {
    const emr = machineAt0();
    const run = () => emr.run(changes as Parameters<typeof clusterRequest>[0]);
    expect(run).toThrow(expect.objectContaining({ name, message: expect.stringMatching(message) }));
    expect(emr.call('ListClusters', {}).Clusters).toEqual([]);
  });

  test('one step more than 256 that are pending or running, until one has ended', () => {
    const emr = machineAt0();
    const id = emr.run({ Steps: many(256) });
    emr.to(90);
    expect(() => emr.add(id, [shell('more')])).toThrow(/Maximum number of active steps/);
    emr.ended('n0', failed);
    expect(emr.add(id, [shell('more')])).toHaveLength(1);
  });

  test.each([
    ['DescribeCluster', { ClusterId: 'j-1' }, 'InvalidRequestException', "Cluster id 'j-1' is not valid."],
    ['ListSteps', { ClusterId: 'j-1' }, 'InvalidRequestException', "Cluster id 'j-1' is not valid."],
    ['AddTags', { ResourceId: 'j-1', Tags: [] }, 'InvalidRequestException', "Cluster id 'j-1' is not valid."],
    ['AddJobFlowSteps', { JobFlowId: 'j-1', Steps: [] }, name, 'Specified job flow ID does not exist.'],
    ['AddJobFlowSteps', { JobFlowId: 'x', Steps: [] }, name, 'Specified job flow ID not valid'],
    ['TerminateJobFlows', { JobFlowIds: ['j-1'] }, name, 'Specified job flow ID does not exist.'],
    ['TerminateJobFlows', { JobFlowIds: [] }, name, 'The JobFlowId list cannot be empty'],
  ] as const)('%s of %j', (operation, body, error, message) => {
    const emr = machineAt0();
    expect(() => emr.call(operation, body)).toThrow(expect.objectContaining({ name: error, message }));
  });

  test('a list by state and identifier, of more than ten identifiers, or behind a strange marker', () => {
    const emr = machineAt0();
    const ClusterId = emr.run({ Steps: [shell('a')] });
    const { id } = emr.cluster(ClusterId).steps[0]!;
    const list = (asked: Readonly<Record<string, unknown>>) => () =>
      emr.call('ListSteps', { ClusterId, ...asked });
    expect(list({ StepIds: [id], StepStates: ['PENDING'] })).toThrow(/Cannot specify both/);
    expect(list({ StepIds: Array.from({ length: 11 }, () => id) })).toThrow(/more than 10/);
    expect(list({ StepIds: ['s-1'] })).toThrow("Step id 's-1' is not valid.");
    expect(list({ Marker: 'x' })).toThrow(/Marker 'x'/);
  });

  test('a tag without a key, a long one, and any once the cluster is over', () => {
    const emr = machineAt0();
    const ResourceId = emr.run();
    const tag = (Key: string | undefined, Value: string) => () =>
      emr.call('AddTags', { ResourceId, Tags: [{ Key, Value }] });
    expect(tag(undefined, 'x')).toThrow("Invalid tag key: 'null'.");
    expect(tag('x'.repeat(129), 'x')).toThrow(/Invalid tag key/);
    expect(tag('x', 'x'.repeat(257))).toThrow(/Invalid tag value/);
    emr.call('TerminateJobFlows', { JobFlowIds: [ResourceId] });
    emr.to(20);
    expect(tag('x', 'x')).toThrow('Tags cannot be modified on terminated clusters.');
  });
});
