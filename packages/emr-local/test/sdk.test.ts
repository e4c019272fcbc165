import {
  AddJobFlowStepsCommand,
  AddTagsCommand,
  CancelStepsCommand,
  DescribeClusterCommand,
  DescribeStepCommand,
  EMRServiceException,
  GetAutoTerminationPolicyCommand,
  ListInstanceGroupsCommand,
  ListClustersCommand,
  ListInstancesCommand,
  ListStepsCommand,
  paginateListSteps,
  PutAutoTerminationPolicyCommand,
  RunJobFlowCommand,
  SetTerminationProtectionCommand,
  TerminateJobFlowsCommand,
  waitUntilClusterRunning,
  waitUntilClusterTerminated,
  waitUntilStepComplete,
} from '@aws-sdk/client-emr';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientOf, clusterRequest, readLog, serve, shell, step, stubSparkSubmit } from './fixtures.ts';

test('the AWS SDK for JavaScript drives a cluster from start to end', async () => {
  const server = await serve({
    startSeconds: 0.1,
    sparkSubmit: await stubSparkSubmit('echo "ran $# words"'),
  });
  const client = clientOf(server);
  const { JobFlowId = '', ClusterArn } = await client.send(
    new RunJobFlowCommand(
      clusterRequest({
        LogUri: 's3://logs/emr/',
        StepConcurrencyLevel: 4,
        AutoTerminationPolicy: { IdleTimeout: 3_600 },
        Tags: [{ Key: 'owner', Value: 'daybook' }],
      }),
    ),
  );
  expect(ClusterArn).toMatch(/^arn:aws:elasticmapreduce:eu-west-1:.*:cluster\/j-/);
  const waiter = { client, minDelay: 0.05, maxDelay: 0.05, maxWaitTime: 20 };
  await waitUntilClusterRunning(waiter, { ClusterId: JobFlowId });

  const Steps = [
    step('spark', ['spark-submit', '/app.py']),
    ...Array.from({ length: 59 }, () => shell('true')),
  ];
  const { StepIds = [] } = await client.send(new AddJobFlowStepsCommand({ JobFlowId, Steps }));
  await waitUntilStepComplete(waiter, { ClusterId: JobFlowId, StepId: StepIds[0] });
  await waitUntilStepComplete(waiter, { ClusterId: JobFlowId, StepId: StepIds.at(-1) });
  const { Step } = await client.send(new DescribeStepCommand({ ClusterId: JobFlowId, StepId: StepIds[0] }));
  expect(Step?.Status?.Timeline?.EndDateTime).toBeInstanceOf(Date);
  const stdout = join(server.logFolder, 'logs/emr', JobFlowId, 'steps', StepIds[0]!, 'stdout.gz');
  expect(await readLog(stdout)).toMatch(/^ran \d+ words\n$/);

  const listed: string[] = [];
  for await (const page of paginateListSteps({ client }, { ClusterId: JobFlowId })) {
    listed.push(...(page.Steps ?? []).map(({ Id = '' }) => Id));
  }
  expect(listed).toEqual(StepIds.toReversed());

  const tagged = { ResourceId: JobFlowId, Tags: [{ Key: 'run', Value: '1' }] };
  await client.send(new AddTagsCommand(tagged));
  await client.send(
    new PutAutoTerminationPolicyCommand({
      ClusterId: JobFlowId,
      AutoTerminationPolicy: { IdleTimeout: 60 },
    }),
  );
  const policy = await client.send(new GetAutoTerminationPolicyCommand({ ClusterId: JobFlowId }));
  expect(policy.AutoTerminationPolicy).toEqual({ IdleTimeout: 60 });
  const { InstanceGroups } = await client.send(new ListInstanceGroupsCommand({ ClusterId: JobFlowId }));
  expect(InstanceGroups?.map(({ RunningInstanceCount }) => RunningInstanceCount)).toEqual([1, 2]);
  const { Instances } = await client.send(
    new ListInstancesCommand({ ClusterId: JobFlowId, InstanceGroupTypes: ['CORE'] }),
  );
  expect(Instances).toHaveLength(2);

  const protect = async (TerminationProtected: boolean) =>
    await client.send(new SetTerminationProtectionCommand({ JobFlowIds: [JobFlowId], TerminationProtected }));
  await protect(true);
  const refused = client.send(new TerminateJobFlowsCommand({ JobFlowIds: [JobFlowId] }));
  await expect(refused).rejects.toBeInstanceOf(EMRServiceException);
  await expect(refused).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('termination protected'),
  });
  await protect(false);

  const lasting = new AddJobFlowStepsCommand({ JobFlowId, Steps: [shell('sleep 600')] });
  const { StepIds: [lastingId = ''] = [] } = await client.send(lasting);
  const cancelled = await client.send(
    new CancelStepsCommand({ ClusterId: JobFlowId, StepIds: [lastingId, 's-0'] }),
  );
  expect(cancelled.CancelStepsInfoList?.map(({ Status }) => Status)).toEqual(['SUBMITTED', 'FAILED']);
  await client.send(new TerminateJobFlowsCommand({ JobFlowIds: [JobFlowId] }));
  await waitUntilClusterTerminated(waiter, { ClusterId: JobFlowId });
  const { Cluster } = await client.send(new DescribeClusterCommand({ ClusterId: JobFlowId }));
  expect(Cluster).toMatchObject({
    Status: { State: 'TERMINATED', StateChangeReason: { Code: 'USER_REQUEST' } },
    Tags: [
      { Key: 'owner', Value: 'daybook' },
      { Key: 'run', Value: '1' },
    ],
  });
});

test('what is listed by state goes on behind its marker, whose cluster is in another state meanwhile', async () => {
  const client = clientOf(await serve({ startSeconds: 600 }));
  const ids: string[] = [];
  for (let made = 0; made < 60; made += 1) {
    const { JobFlowId = '' } = await client.send(new RunJobFlowCommand(clusterRequest()));
    ids.unshift(JobFlowId);
  }
  const ClusterStates = ['STARTING' as const, 'RUNNING' as const, 'WAITING' as const];
  const { Clusters: first = [], Marker } = await client.send(new ListClustersCommand({ ClusterStates }));
  expect(first.map(({ Id }) => Id)).toEqual(ids.slice(0, 50));
  await client.send(new TerminateJobFlowsCommand({ JobFlowIds: [ids[49]!] }));
  const { Clusters: second = [] } = await client.send(new ListClustersCommand({ ClusterStates, Marker }));
  expect(second.map(({ Id }) => Id)).toEqual(ids.slice(50));
});

test('a list of no states asks for all', async () => {
  const client = clientOf(await serve({ startSeconds: 600 }));
  const { JobFlowId: ClusterId } = await client.send(
    new RunJobFlowCommand(clusterRequest({ Steps: [shell('true')] })),
  );
  const { Clusters } = await client.send(new ListClustersCommand({ ClusterStates: [] }));
  const { Steps } = await client.send(new ListStepsCommand({ ClusterId, StepStates: [] }));
  const { Instances } = await client.send(new ListInstancesCommand({ ClusterId, InstanceStates: [] }));
  expect([Clusters, Steps, Instances].map((listed) => listed?.length)).toEqual([1, 1, 3]);
});

test('errors have their names and messages in the AWS SDK for JavaScript', async () => {
  const client = clientOf(await serve());
  await expect(client.send(new DescribeClusterCommand({ ClusterId: 'j-1' }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "Cluster id 'j-1' is not valid.",
    $fault: 'client',
  });
});
