import {
  AddJobFlowStepsCommand,
  DescribeClusterCommand,
  ListClustersCommand,
  ListStepsCommand,
  RunJobFlowCommand,
} from '@aws-sdk/client-emr';
import { describe, expect, test } from 'vitest';
import type { EmrLocal, FaultKind, ServedRequest } from '../src/index.ts';
import { clientOf, clusterRequest, serve, shell, stepStates, untilCluster, untilSteps } from './fixtures.ts';

const run = () => new RunJobFlowCommand(clusterRequest());

describe('a fault', () => {
  test('lost-answer loses the answer after the act, so that a client that tries again makes two clusters', async () => {
    const server = await serve({ faults: [{ kind: 'lost-answer', operation: 'RunJobFlow' }] });
    const { JobFlowId } = await clientOf(server, 3).send(run());
    const { clusters, calls } = server.state();
    expect(calls).toEqual({ RunJobFlow: 2 });
    expect(clusters.map(({ id }) => id)).toHaveLength(2);
    expect(clusters[1]!.id).toBe(JobFlowId);
  });

  test('lost-request resets the connection before the act', async () => {
    const server = await serve({ faults: [{ kind: 'lost-request' }] });
    await expect(clientOf(server).send(run())).rejects.toThrow(/socket hang up|ECONNRESET|aborted/);
    expect(server.state().clusters).toEqual([]);
  });

  test.each([
    ['throttle', 'ThrottlingException', 400],
    ['error500', 'InternalServerError', 500],
  ] as const)('%s is %s, as often as it was told, and does nothing', async (kind, name, httpStatusCode) => {
    const server = await serve({ faults: [{ kind, times: 2 }] });
    const client = clientOf(server);
    for (let i = 0; i < 2; i += 1) {
      await expect(client.send(run())).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    }
    expect(server.state().clusters).toEqual([]);
    await client.send(run());
    expect(server.state().clusters).toHaveLength(1);
  });

  test('error500 has the name that the operation declares', async () => {
    const server = await serve({ faults: [{ kind: 'error500' }] });
    await expect(clientOf(server).send(new ListClustersCommand({}))).rejects.toMatchObject({
      name: 'InternalServerException',
    });
  });

  test('befalls the operation that it names and no other', async () => {
    const server = await serve({ faults: [{ kind: 'throttle', operation: 'ListSteps' }] });
    const client = clientOf(server);
    const { JobFlowId } = await client.send(run());
    await client.send(new ListClustersCommand({}));
    await expect(client.send(new ListStepsCommand({ ClusterId: JobFlowId }))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    await client.send(new ListStepsCommand({ ClusterId: JobFlowId }));
  });

  test('that is for a cluster or for steps waits for such a request', async () => {
    const server = await serve({ faults: [{ kind: 'bootstrap-failure' }, { kind: 'idle-race' }] });
    await clientOf(server).send(new ListClustersCommand({}));
    expect(server.faults.pending()).toHaveLength(2);
    await clientOf(server).send(run());
    expect(server.faults.pending()).toEqual([{ kind: 'idle-race' }]);
  });

  test('idle-race accepts a step in the moment in which the cluster ends', async () => {
    const server = await serve({ faults: [{ kind: 'idle-race' }] });
    const client = clientOf(server);
    const { JobFlowId } = await client.send(run());
    await untilCluster(server, 'WAITING');
    const Steps = [shell('true')];
    const { StepIds } = await client.send(new AddJobFlowStepsCommand({ JobFlowId, Steps }));
    expect(StepIds).toHaveLength(1);
    await untilCluster(server, 'TERMINATED');
    expect(stepStates(server)).toEqual(['CANCELLED']);
  });

  test('slow-start holds a cluster back for so long', async () => {
    const server = await serve({ faults: [{ kind: 'slow-start', seconds: 600 }] });
    const client = clientOf(server);
    await client.send(run());
    await client.send(run());
    await expect
      .poll(() => server.state().clusters.map(({ state }) => state))
      .toEqual(['STARTING', 'WAITING']);
  });

  test('bootstrap-failure ends the cluster before any step', async () => {
    const server = await serve({ faults: [{ kind: 'bootstrap-failure' }] });
    const client = clientOf(server);
    const Steps = [shell('true')];
    const { JobFlowId } = await client.send(new RunJobFlowCommand(clusterRequest({ Steps })));
    await untilCluster(server, 'TERMINATED_WITH_ERRORS');
    const { Cluster } = await client.send(new DescribeClusterCommand({ ClusterId: JobFlowId }));
    expect(Cluster?.Status?.StateChangeReason?.Code).toBe('BOOTSTRAP_FAILURE');
    expect(stepStates(server)).toEqual(['CANCELLED']);
  });

  test('spot-loss interrupts what runs in the cluster that it names, which lives on', async () => {
    const server = await serve();
    const Steps = [shell('sleep 600')];
    await clientOf(server).send(new RunJobFlowCommand(clusterRequest({ Steps })));
    await untilSteps(server, ['RUNNING']);
    server.addFault({ kind: 'spot-loss', cluster: server.state().clusters[0]!.id });
    expect(stepStates(server)).toEqual(['INTERRUPTED']);
    await untilCluster(server, 'WAITING');
    const live = server.state().clusters[0]!.instances.filter((instance) => instance.live);
    expect(live.map(({ role }) => role)).toEqual(['MASTER', 'CORE', 'CORE']);
  });

  test('spot-loss is refused where there is no spot instance', async () => {
    const server = await serve();
    const Instances = {
      MasterInstanceType: 'm5.xlarge',
      InstanceCount: 1,
      KeepJobFlowAliveWhenNoSteps: true,
    };
    await clientOf(server).send(new RunJobFlowCommand(clusterRequest({ Instances })));
    const cluster = server.state().clusters[0]!.id;
    expect(() => server.addFault({ kind: 'spot-loss', cluster })).toThrow(/no spot instances/);
  });

  test('master-loss ends the next cluster that is made, once it runs', async () => {
    const server = await serve({ faults: [{ kind: 'master-loss' }] });
    const Steps = [shell('sleep 600')];
    await clientOf(server).send(new RunJobFlowCommand(clusterRequest({ Steps })));
    await untilCluster(server, 'TERMINATED_WITH_ERRORS');
    expect(server.state().clusters[0]).toMatchObject({ reason: { code: 'INSTANCE_FAILURE' }, live: false });
    expect(stepStates(server)).toEqual(['INTERRUPTED']);
  });
});

describe('faults by seed', () => {
  test('are the same for the same seed and requests, others for another seed, and of every kind', async () => {
    const [own, same, other] = [await faultsOf(5), await faultsOf(5), await faultsOf(6)];
    expect(own).toEqual(same);
    expect(own).not.toEqual(other);
    expect(new Set(own).size).toBe(10);
  });

  test('are only of the kinds asked for', async () => {
    const kinds = new Set(await faultsOf(5, ['throttle']));
    expect(kinds).toEqual(new Set(['throttle', undefined]));
  });

  test('are not more likely than can be', async () => {
    await expect(serve({ faultRate: 0.2 })).rejects.toThrow(/faultRate.*1\/9/);
  });
});

/** The faults that come by seed to 200 requests, in turn for a cluster and for steps. */
async function faultsOf(seed: number, faultKinds?: readonly FaultKind[]) {
  const faults: (FaultKind | undefined)[] = [];
  const onRequest = ({ fault }: ServedRequest) => void faults.push(fault);
  const server = await serve({
    seed,
    faultRate: 0.1,
    onRequest,
    ...(faultKinds === undefined ? {} : { faultKinds }),
  });
  for (let i = 0; i < 200; i += 1) await ask(server, i % 2 === 0 ? 'RunJobFlow' : 'AddJobFlowSteps');
  return faults;
}

async function ask(server: EmrLocal, operation: string): Promise<void> {
  await fetch(server.url, {
    method: 'POST',
    headers: { 'x-amz-target': `ElasticMapReduce.${operation}` },
    body: '{}',
  }).catch(() => undefined);
}
