import { invalid } from '../service-error.ts';
import { groupsOf } from '../service/instances.ts';
import type { Cluster, Fate } from '../service/records.ts';
import type { RunJobFlowInput } from '../service/requests.ts';
import { newId, type World } from '../service/world.ts';
import { checkedIdleMs } from './auto-termination.ts';
import { checkedScaling, type ManagedScalingPolicy } from './managed-scaling.ts';
import { checkedTags } from './tags.ts';
import { checkedConcurrency, checkSteps, newStep } from './steps-config.ts';

/**
 * Makes a cluster. There is no token that makes a repeat harmless: a repeated request makes another cluster, as with
 * the real service.
 */
export function runJobFlow(world: World, input: RunJobFlowInput, nowMs: number, region: string, fate: Fate) {
  checkRequest(input);
  const { Instances, Steps = [], AutoTerminationPolicy } = input;
  const stepConcurrency = checkedConcurrency(input.StepConcurrencyLevel ?? 1);
  checkSteps(Steps, stepConcurrency, 0);
  const bootstrapsMs = nowMs + world.delays.startMs + (fate.slowMs ?? 0);
  const readyMs = bootstrapsMs + world.delays.bootstrapMs;
  const id = newId(world, 'j');
  const cluster: Cluster = {
    id,
    arn: `arn:aws:elasticmapreduce:${region}:000000000000:cluster/${id}`,
    request: input,
    collection: Instances.InstanceFleets === undefined ? 'INSTANCE_GROUP' : 'INSTANCE_FLEET',
    groups: groupsOf(world, Instances, { createdMs: nowMs, bootstrapsMs, readyMs }),
    steps: Steps.map((config) => newStep(world, config, stepConcurrency, input.StepExecutionRoleArn, nowMs)),
    tags: checkedTags(input.Tags ?? []),
    createdMs: nowMs,
    bootstrapsMs,
    bootstrapFails: fate.bootstrapFails === true,
    state: 'STARTING',
    reason: { message: 'Provisioning Amazon EC2 capacity' },
    readyMs,
    wasReady: false,
    losses: fate.loss === undefined ? [] : [{ ...fate.loss, atMs: readyMs + fate.loss.afterMs }],
    keepAlive: Instances.KeepJobFlowAliveWhenNoSteps === true,
    protected: Instances.TerminationProtected === true,
    stepConcurrency,
  };
  if (AutoTerminationPolicy !== undefined) {
    cluster.idleTimeoutMs = checkedIdleMs(AutoTerminationPolicy.IdleTimeout);
  }
  if (input.ManagedScalingPolicy !== undefined) {
    cluster.managedScaling = checkedScaling(input.ManagedScalingPolicy as ManagedScalingPolicy);
  }
  world.clusters.set(cluster.id, cluster);
  return { JobFlowId: cluster.id, ClusterArn: cluster.arn };
}

function checkRequest(input: RunJobFlowInput): void {
  const { Name, AmiVersion, ReleaseLabel, JobFlowRole, ServiceRole, LogUri, Instances } = input;
  if (/[<>$|`]/.test(Name)) throw invalid('The name of a cluster cannot contain <, >, $, | or ` (backtick).');
  if (JobFlowRole === undefined) throw invalid('InstanceProfile is required for creating cluster.');
  if (ServiceRole === undefined) throw invalid('ServiceRole is required for creating cluster.');
  if ((AmiVersion === undefined) === (ReleaseLabel === undefined)) {
    throw invalid('Must specify exactly one of the following parameters: AmiVersion, ReleaseLabel.');
  }
  if (ReleaseLabel !== undefined && !/^emr-(spark-)?\d+\.\d+(\.\d+)?(-latest)?$/.test(ReleaseLabel)) {
    throw invalid(`The supplied release label is invalid: ${ReleaseLabel}.`);
  }
  if (LogUri !== undefined && !/^(s3|s3n|s3a):\/\/[^/]|^file:\/\/\//.test(LogUri)) {
    throw invalid(
      `LogUri is invalid: ${LogUri}. It must begin with s3:// (or, in emr-local, with file:///).`,
    );
  }
  if (Instances.Ec2SubnetId !== undefined && Instances.Ec2SubnetIds !== undefined) {
    throw invalid('Ec2SubnetId and Ec2SubnetIds cannot both be specified.');
  }
}
