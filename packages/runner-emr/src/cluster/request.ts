import type {
  Configuration,
  EbsConfiguration,
  InstanceFleetConfig,
  InstanceGroupConfig,
  JobFlowInstancesConfig,
  ManagedScalingPolicy,
  RunJobFlowCommandInput,
} from '@aws-sdk/client-emr';
import { usesFleets } from '../check-options.ts';
import type {
  ClusterConfiguration,
  ClusterSpec,
  InstanceGroup,
  ManagedScaling,
  SecurityGroups,
  SpotSpec,
  Volume,
} from '../options.ts';

export const defaultRelease = 'emr-7.13.0';
const defaultType = 'm6g.xlarge';
const defaultCoreCount = 2;
const defaultIdleMinutes = 5;

/**
 * The request for a cluster. It waits for steps, ends by itself when it is idle, is never protected, and goes on after a step
 * that failed. Its name holds the tokens by which it is found again.
 */
export function clusterRequest(
  spec: ClusterSpec,
  { name, stepConcurrency }: { readonly name: string; readonly stepConcurrency: number },
): RunJobFlowCommandInput {
  const { roles = {}, rootVolume = {}, bootstrapActions = [], applications = [] } = spec;
  return given({
    Name: name,
    ReleaseLabel: spec.release ?? defaultRelease,
    Applications: [...new Set(['Spark', ...applications])].map((Name) => ({ Name })),
    Instances: instancesOf(spec),
    ServiceRole: roles.service ?? 'EMR_DefaultRole',
    JobFlowRole: roles.instanceProfile ?? 'EMR_EC2_DefaultRole',
    StepConcurrencyLevel: stepConcurrency,
    AutoTerminationPolicy: { IdleTimeout: (spec.idleMinutes ?? defaultIdleMinutes) * 60 },
    ManagedScalingPolicy: spec.managedScaling && scalingOf(spec.managedScaling, usesFleets(spec)),
    LogUri: spec.logUri,
    LogEncryptionKmsKeyId: spec.logKey,
    SecurityConfiguration: spec.securityConfiguration,
    Configurations: spec.configurations && configurationsOf(spec.configurations),
    BootstrapActions: bootstrapActions.map(({ name, path, arguments: words = [] }) => ({
      Name: name,
      ScriptBootstrapAction: { Path: path, Args: [...words] },
    })),
    CustomAmiId: spec.amiId,
    EbsRootVolumeSize: rootVolume.gib,
    EbsRootVolumeIops: rootVolume.iops,
    EbsRootVolumeThroughput: rootVolume.throughput,
    Tags: Object.entries(spec.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    VisibleToAllUsers: true,
  });
}

function instancesOf(spec: ClusterSpec): JobFlowInstancesConfig {
  const { subnets = [], securityGroups = {}, keyName } = spec;
  const common = {
    KeepJobFlowAliveWhenNoSteps: true,
    TerminationProtected: false,
    Ec2KeyName: keyName,
    ...securityOf(securityGroups),
  };
  return usesFleets(spec)
    ? given({
        ...common,
        Ec2SubnetIds: subnets.length === 0 ? undefined : [...subnets],
        InstanceFleets: rolesOf(spec).map((each) => fleetOf(each, spec.spot)),
      })
    : given({ ...common, Ec2SubnetId: subnets[0], InstanceGroups: rolesOf(spec).map(groupOf) });
}

interface GroupOfRole extends InstanceGroup {
  readonly role: 'MASTER' | 'CORE' | 'TASK';
  readonly name: string;
  readonly count: number;
}

function rolesOf({ instances = {} }: ClusterSpec): readonly GroupOfRole[] {
  const { primary = {}, core = {}, tasks = [] } = instances;
  return [
    { ...primary, role: 'MASTER' as const, name: 'primary', count: 1 },
    { ...core, role: 'CORE' as const, name: 'core', count: core.count ?? defaultCoreCount },
    ...tasks.map((each, at) => ({
      ...each,
      role: 'TASK' as const,
      name: `tasks ${at + 1}`,
      count: each.count ?? 1,
    })),
  ].filter(({ count }) => count > 0);
}

function groupOf({ role, name, type, count, market, volume }: GroupOfRole): InstanceGroupConfig {
  return given({
    Name: name,
    InstanceRole: role,
    InstanceType: typesOf(type)[0],
    InstanceCount: count,
    Market: market === 'spot' ? ('SPOT' as const) : ('ON_DEMAND' as const),
    EbsConfiguration: disksOf(volume),
  });
}

function fleetOf(
  { role, name, type, count, market, volume }: GroupOfRole,
  spot: SpotSpec = {},
): InstanceFleetConfig {
  const bought = market === 'spot' ? { TargetSpotCapacity: count } : { TargetOnDemandCapacity: count };
  return given({
    Name: name,
    InstanceFleetType: role,
    ...bought,
    InstanceTypeConfigs: typesOf(type).map((InstanceType) =>
      given({ InstanceType, WeightedCapacity: 1, EbsConfiguration: disksOf(volume) }),
    ),
    LaunchSpecifications: market === 'spot' ? { SpotSpecification: spotOf(spot) } : undefined,
  });
}

function spotOf({ timeoutMinutes = 20, otherwise, allocation = 'price-capacity-optimized' }: SpotSpec) {
  return {
    TimeoutDurationMinutes: timeoutMinutes,
    TimeoutAction: otherwise === 'end' ? ('TERMINATE_CLUSTER' as const) : ('SWITCH_TO_ON_DEMAND' as const),
    AllocationStrategy: allocation,
  };
}

function typesOf(type: InstanceGroup['type'] = defaultType): readonly string[] {
  return typeof type === 'string' ? [type] : type;
}

function disksOf(volume: Volume | undefined): EbsConfiguration | undefined {
  if (volume === undefined) return undefined;
  const { gib, kind = 'gp3', iops, throughput, count = 1 } = volume;
  const VolumeSpecification = given({ VolumeType: kind, SizeInGB: gib, Iops: iops, Throughput: throughput });
  return { EbsBlockDeviceConfigs: [{ VolumeSpecification, VolumesPerInstance: count }] };
}

function scalingOf(
  { minimum, maximum, maximumOnDemand, maximumCore }: ManagedScaling,
  fleets: boolean,
): ManagedScalingPolicy {
  return {
    ComputeLimits: given({
      UnitType: fleets ? ('InstanceFleetUnits' as const) : ('Instances' as const),
      MinimumCapacityUnits: minimum,
      MaximumCapacityUnits: maximum,
      MaximumOnDemandCapacityUnits: maximumOnDemand,
      MaximumCoreCapacityUnits: maximumCore,
    }),
  };
}

function securityOf({ primary, core, service, morePrimary, moreCore }: SecurityGroups) {
  return {
    EmrManagedMasterSecurityGroup: primary,
    EmrManagedSlaveSecurityGroup: core,
    ServiceAccessSecurityGroup: service,
    AdditionalMasterSecurityGroups: morePrimary && [...morePrimary],
    AdditionalSlaveSecurityGroups: moreCore && [...moreCore],
  };
}

function configurationsOf(configurations: readonly ClusterConfiguration[]): Configuration[] {
  return configurations.map(({ classification, properties, configurations: inner }) =>
    given({
      Classification: classification,
      Properties: properties && { ...properties },
      Configurations: inner && configurationsOf(inner),
    }),
  );
}

/** The members that are not undefined. */
function given<T extends object>(members: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
