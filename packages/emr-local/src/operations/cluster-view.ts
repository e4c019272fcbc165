import type { Cluster, Group, Instance } from '../service/records.ts';
import { present, seconds } from './write.ts';

/** A cluster as `ListClusters` shows it. */
export function clusterSummary(cluster: Cluster, nowMs: number) {
  return {
    Id: cluster.id,
    Name: cluster.request.Name,
    Status: statusOf(cluster),
    NormalizedInstanceHours: instanceHours(cluster, nowMs),
    ClusterArn: cluster.arn,
  };
}

/** What of the request is shown as it came. */
const echoed = [
  'LogEncryptionKmsKeyId',
  'ReleaseLabel',
  'Configurations',
  'SecurityConfiguration',
  'AutoScalingRole',
  'ScaleDownBehavior',
  'CustomAmiId',
  'EbsRootVolumeSize',
  'EbsRootVolumeIops',
  'EbsRootVolumeThroughput',
  'RepoUpgradeOnBoot',
  'ServiceRole',
  'OSReleaseLabel',
  'MonitoringConfiguration',
  'SessionEnabled',
];

/** A cluster as `DescribeCluster` shows it. */
export function clusterDetail(cluster: Cluster, nowMs: number) {
  const { request, collection, tags } = cluster;
  return present({
    ...clusterSummary(cluster, nowMs),
    ...Object.fromEntries(echoed.map((name) => [name, request[name]])),
    Ec2InstanceAttributes: ec2Attributes(cluster),
    InstanceCollectionType: collection,
    LogUri: logUriOf(cluster),
    RequestedAmiVersion: request.AmiVersion,
    RunningAmiVersion: request.AmiVersion,
    AutoTerminate: !cluster.keepAlive,
    TerminationProtected: cluster.protected,
    UnhealthyNodeReplacement: request.Instances.UnhealthyNodeReplacement ?? false,
    VisibleToAllUsers: request['VisibleToAllUsers'] ?? true,
    Applications: request.Applications ?? [],
    Configurations: request['Configurations'] ?? [],
    Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
    MasterPublicDnsName: masterName(cluster, nowMs),
    KerberosAttributes: hidden(request['KerberosAttributes']),
    StepConcurrencyLevel: cluster.stepConcurrency,
    PlacementGroups: request['PlacementGroupConfigs'] ?? [],
    ExtendedSupport: cluster.extendedSupport ?? request['ExtendedSupport'],
  });
}

/** The service writes `s3n:` for `s3:`, and a slash at the end. */
export function logUriOf({ request }: Cluster): string | undefined {
  return request.LogUri?.replace(/^s3:/, 's3n:').replace(/\/?$/, '/');
}

/** What an instance does. */
export function instanceState({ bootstrapsMs, readyMs, endedMs }: Instance, nowMs: number): string {
  if (endedMs !== undefined) return 'TERMINATED';
  if (nowMs < bootstrapsMs) return 'PROVISIONING';
  return nowMs < readyMs ? 'BOOTSTRAPPING' : 'RUNNING';
}

/** The address of an instance in a network that is not there. */
export function privateAddress(group: number, { number }: Instance): string {
  return `172.31.${group}.${number + 10}`;
}

function statusOf({ state, reason, createdMs, readyMs, wasReady, endedMs }: Cluster) {
  return {
    State: state,
    StateChangeReason: present({ Code: reason.code, Message: reason.message }),
    Timeline: present({
      CreationDateTime: seconds(createdMs),
      ReadyDateTime: wasReady ? seconds(readyMs) : undefined,
      EndDateTime: seconds(endedMs),
    }),
  };
}

/** Begun hours of all instances. The real figure weighs instance types; this one does not. */
function instanceHours({ groups, wasReady }: Cluster, nowMs: number): number {
  if (!wasReady) return 0;
  const hours = ({ createdMs, endedMs = nowMs }: Instance): number =>
    Math.max(1, Math.ceil((endedMs - createdMs) / 3_600_000));
  return groups.flatMap(({ instances }) => instances).reduce((sum, instance) => sum + hours(instance), 0);
}

function ec2Attributes({ request }: Cluster) {
  const { Instances, JobFlowRole } = request;
  const subnets =
    Instances.Ec2SubnetIds ?? (Instances.Ec2SubnetId === undefined ? [] : [Instances.Ec2SubnetId]);
  const zones = Instances.Placement?.AvailabilityZones ?? [];
  return present({
    Ec2KeyName: Instances['Ec2KeyName'],
    Ec2SubnetId: subnets[0],
    RequestedEc2SubnetIds: subnets,
    Ec2AvailabilityZone: Instances.Placement?.AvailabilityZone ?? zones[0],
    RequestedEc2AvailabilityZones: zones,
    IamInstanceProfile: JobFlowRole,
    EmrManagedMasterSecurityGroup: Instances['EmrManagedMasterSecurityGroup'],
    EmrManagedSlaveSecurityGroup: Instances['EmrManagedSlaveSecurityGroup'],
    ServiceAccessSecurityGroup: Instances['ServiceAccessSecurityGroup'],
    AdditionalMasterSecurityGroups: Instances['AdditionalMasterSecurityGroups'],
    AdditionalSlaveSecurityGroups: Instances['AdditionalSlaveSecurityGroups'],
  });
}

/** The master has a name once it is there. It leads nowhere. */
function masterName({ groups }: Cluster, nowMs: number): string | undefined {
  const at = groups.findIndex(({ role }) => role === 'MASTER');
  const master = (groups[at] as Group).instances[0];
  if (master === undefined || nowMs < master.bootstrapsMs) return undefined;
  return `ip-${privateAddress(at, master).replaceAll('.', '-')}.ec2.internal`;
}

function hidden(kerberos: unknown): unknown {
  if (kerberos === undefined) return undefined;
  const entries = Object.entries(kerberos as Readonly<Record<string, string>>);
  return Object.fromEntries(entries.map(([name, value]) => [name, /Password/.test(name) ? '****' : value]));
}
