import { badRequest } from '../service-error.ts';
import { isEnding, type Cluster, type Group, type Instance } from '../service/records.ts';
import type { EbsConfiguration, InstanceFleetConfig } from '../service/requests.ts';
import type { World } from '../service/world.ts';
import { instanceState, privateAddress } from './cluster-view.ts';
import { clusterOf } from './find.ts';
import { isNamed, pageOf } from './page.ts';
import { present, seconds } from './write.ts';

interface ClusterPage {
  readonly ClusterId: string;
  readonly Marker?: string;
}

/** The bootstrap actions of a cluster. They are listed and never run. */
export function listBootstrapActions(world: World, { ClusterId, Marker }: ClusterPage) {
  const { request } = clusterOf(world, ClusterId);
  const { page, next } = pageOf(request.BootstrapActions ?? [], Marker, ({ Name }) => Name);
  const actions = page.map(({ Name, ScriptBootstrapAction: { Path, Args = [] } }) => ({
    Name,
    ScriptPath: Path,
    Args,
  }));
  return { BootstrapActions: actions, ...next };
}

/** The instance groups of a cluster that has groups. */
export function listInstanceGroups(world: World, { ClusterId, Marker }: ClusterPage, nowMs: number) {
  const cluster = clusterOf(world, ClusterId);
  if (cluster.collection === 'INSTANCE_FLEET') throw mixed('ListInstanceGroups', 'fleet', 'group');
  const { page, next } = pageOf(cluster.groups, Marker, ({ id }) => id);
  return { InstanceGroups: page.map((group) => groupView(cluster, group, nowMs)), ...next };
}

/** The instance fleets of a cluster that has fleets. */
export function listInstanceFleets(world: World, { ClusterId, Marker }: ClusterPage, nowMs: number) {
  const cluster = clusterOf(world, ClusterId);
  if (cluster.collection === 'INSTANCE_GROUP') throw mixed('ListInstanceFleets', 'group', 'fleet');
  const { page, next } = pageOf(cluster.groups, Marker, ({ id }) => id);
  return { InstanceFleets: page.map((group) => fleetView(cluster, group, nowMs)), ...next };
}

export interface ListInstancesInput extends ClusterPage {
  readonly InstanceGroupId?: string;
  readonly InstanceGroupTypes?: readonly string[];
  readonly InstanceFleetId?: string;
  readonly InstanceFleetType?: string;
  readonly InstanceStates?: readonly string[];
}

/** The instances of a cluster, those that are gone too. */
export function listInstances(world: World, input: ListInstancesInput, nowMs: number) {
  const cluster = clusterOf(world, input.ClusterId);
  const wanted = ({ id, role }: Group): boolean =>
    (input.InstanceGroupId ?? input.InstanceFleetId ?? id) === id &&
    isNamed(input.InstanceGroupTypes, role) &&
    (input.InstanceFleetType ?? role) === role;
  const all = cluster.groups.flatMap((group, index) =>
    wanted(group) ? group.instances.map((instance) => ({ instance, group, index })) : [],
  );
  const { page, next } = pageOf(
    all,
    input.Marker,
    ({ instance }) => instance.id,
    ({ instance }) => isNamed(input.InstanceStates, instanceState(instance, nowMs)),
  );
  const views = page.map(({ instance, group, index }) =>
    instanceView(cluster, group, index, instance, nowMs),
  );
  return { Instances: views, ...next };
}

function instanceView(cluster: Cluster, group: Group, index: number, instance: Instance, nowMs: number) {
  const address = privateAddress(index, instance);
  const reason = instance.lost
    ? { Code: 'INSTANCE_FAILURE', Message: 'The instance was terminated.' }
    : { Code: 'CLUSTER_TERMINATED', Message: 'Job flow terminated' };
  return {
    Id: instance.id,
    Ec2InstanceId: instance.ec2Id,
    PublicDnsName: '',
    PrivateDnsName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
    PrivateIpAddress: address,
    Status: statusOf(instanceState(instance, nowMs), instance, reason, nowMs),
    [cluster.collection === 'INSTANCE_FLEET' ? 'InstanceFleetId' : 'InstanceGroupId']: group.id,
    Market: instance.market,
    InstanceType: instance.instanceType,
    EbsVolumes: [],
  };
}

function groupView(cluster: Cluster, group: Group, nowMs: number) {
  const { config, instances } = group;
  const running = instances.filter((instance) => instanceState(instance, nowMs) === 'RUNNING');
  return present({
    Id: group.id,
    Name: config['Name'],
    Market: config['Market'] ?? 'ON_DEMAND',
    InstanceGroupType: group.role,
    BidPrice: config['BidPrice'],
    InstanceType: config['InstanceType'],
    RequestedInstanceCount: config['InstanceCount'],
    RunningInstanceCount: running.length,
    Status: groupStatus(cluster, group, nowMs),
    Configurations: config['Configurations'] ?? [],
    EbsBlockDevices: blockDevices(config['EbsConfiguration'] as EbsConfiguration | undefined),
    EbsOptimized: (config['EbsConfiguration'] as EbsConfiguration | undefined)?.EbsOptimized,
    ShrinkPolicy: {},
    CustomAmiId: config['CustomAmiId'],
  });
}

function fleetView(cluster: Cluster, group: Group, nowMs: number) {
  const config = group.config as unknown as InstanceFleetConfig;
  const provisioned = (market: Instance['market']): number =>
    group.instances.filter((one) => one.market === market && instanceState(one, nowMs) === 'RUNNING').length;
  const specifications = (config.InstanceTypeConfigs ?? []).map(
    ({ EbsConfiguration, WeightedCapacity = 1, ...own }) =>
      present({
        ...own,
        WeightedCapacity,
        EbsBlockDevices: blockDevices(EbsConfiguration),
        EbsOptimized: EbsConfiguration?.EbsOptimized,
      }),
  );
  return present({
    Id: group.id,
    Name: config.Name,
    Status: groupStatus(cluster, group, nowMs),
    InstanceFleetType: group.role,
    TargetOnDemandCapacity: config.TargetOnDemandCapacity ?? 0,
    TargetSpotCapacity: config.TargetSpotCapacity ?? 0,
    ProvisionedOnDemandCapacity: provisioned('ON_DEMAND'),
    ProvisionedSpotCapacity: provisioned('SPOT'),
    InstanceTypeSpecifications: specifications,
    LaunchSpecifications: config.LaunchSpecifications,
    ResizeSpecifications: config.ResizeSpecifications,
    Context: group.config['Context'],
  });
}

function groupStatus(cluster: Cluster, { instances }: Group, nowMs: number) {
  const { createdMs, readyMs, wasReady, endedMs } = cluster;
  const times = { createdMs, readyMs: wasReady ? readyMs : Infinity };
  const reason = { Code: 'CLUSTER_TERMINATED', Message: 'Job flow terminated' };
  const state = groupState(cluster, instances, nowMs);
  return statusOf(state, endedMs === undefined ? times : { ...times, endedMs }, reason, nowMs);
}

function groupState(cluster: Cluster, instances: readonly Instance[], nowMs: number): string {
  if (isEnding(cluster)) return cluster.state === 'TERMINATING' ? 'TERMINATING' : 'TERMINATED';
  const coming = instances
    .map((instance) => instanceState(instance, nowMs))
    .find((state) => state !== 'TERMINATED' && state !== 'RUNNING');
  if (coming === undefined) return 'RUNNING';
  return cluster.wasReady ? 'RESIZING' : coming;
}

function statusOf(
  state: string,
  { createdMs, readyMs, endedMs }: Pick<Instance, 'createdMs' | 'readyMs' | 'endedMs'>,
  reason: Readonly<Record<string, string>>,
  nowMs: number,
) {
  return {
    State: state,
    StateChangeReason: endedMs === undefined ? {} : reason,
    Timeline: present({
      CreationDateTime: seconds(createdMs),
      ReadyDateTime: readyMs <= Math.min(nowMs, endedMs ?? nowMs) ? seconds(readyMs) : undefined,
      EndDateTime: seconds(endedMs),
    }),
  };
}

function blockDevices(ebs: EbsConfiguration | undefined) {
  const volumes = (ebs?.EbsBlockDeviceConfigs ?? []).flatMap(
    ({ VolumeSpecification, VolumesPerInstance = 1 }) =>
      Array.from({ length: VolumesPerInstance }, () => VolumeSpecification),
  );
  return volumes.map((VolumeSpecification, index) => ({
    Device: `/dev/sd${String.fromCharCode('b'.charCodeAt(0) + index)}`,
    VolumeSpecification,
  }));
}

function mixed(operation: string, has: 'fleet' | 'group', wants: 'fleet' | 'group') {
  const first = `Instance ${has}s and instance ${wants}s are mutually exclusive.`;
  const use = `The EMR cluster specified in the request uses instance ${has}s. The ${operation} operation does not support clusters that use instance ${has}s.`;
  const other = has === 'fleet' ? 'ListInstanceFleets' : 'ListInstanceGroups';
  const code = `API_DOES_NOT_SUPPORT_INSTANCE_${has === 'fleet' ? 'FLEET' : 'GROUP'}_CLUSTERS`;
  return badRequest(`${first} ${use} Use the ${other} operation instead.`, code);
}
