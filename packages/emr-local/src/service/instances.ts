import { invalid } from '../service-error.ts';
import type { Group, Instance } from './records.ts';
import type { InstanceFleetConfig, InstanceGroupConfig, InstancesConfig } from './requests.ts';
import { newEc2Id, newId, type World } from './world.ts';

/** When the instances of a new cluster are there. */
export interface Times {
  readonly createdMs: number;
  readonly bootstrapsMs: number;
  readonly readyMs: number;
}

/** The groups or fleets of a new cluster with their instances. Throws what the service refuses. */
export function groupsOf(world: World, instances: InstancesConfig, times: Times): readonly Group[] {
  checkOneWay(instances);
  if (instances.InstanceFleets !== undefined) {
    checkFleets(instances.InstanceFleets);
    return instances.InstanceFleets.map((config) => fleetOf(world, config, times));
  }
  const configs = instances.InstanceGroups ?? plainGroups(instances);
  checkGroups(configs);
  return configs.map((config) => groupOf(world, config, times));
}

/** Adds an instance like another one, that comes as late as one of a new cluster does. */
export function addInstance(world: World, group: Group, like: Instance, nowMs: number): void {
  const bootstrapsMs = nowMs + world.delays.startMs;
  group.instances.push(
    newInstance(world, group.instances.length, like.market, like.instanceType, {
      createdMs: nowMs,
      bootstrapsMs,
      readyMs: bootstrapsMs + world.delays.bootstrapMs,
    }),
  );
}

/** Subnets are one for groups, many for fleets; the three ways to say which instances exclude each other. */
function checkOneWay(instances: InstancesConfig): void {
  const ways = [
    instances.InstanceFleets !== undefined,
    instances.InstanceGroups !== undefined,
    [instances.InstanceCount, instances.MasterInstanceType, instances.SlaveInstanceType].some(
      (given) => given !== undefined,
    ),
  ];
  if (ways.filter(Boolean).length > 1) {
    throw invalid(
      'Please configure instances using one and only one of the following: instance groups; instance fleets; instance count, master and slave instance type.',
    );
  }
  if ((instances.Ec2SubnetIds?.length ?? 0) > 0 && instances.InstanceFleets === undefined) {
    throw invalid(
      'Only one subnet may be specified for clusters configured with instance groups or instance count, master and slave instance type. Revise the configuration and resubmit.',
    );
  }
}

function plainGroups(instances: InstancesConfig): readonly InstanceGroupConfig[] {
  const { MasterInstanceType, SlaveInstanceType = MasterInstanceType, InstanceCount = 1 } = instances;
  if (MasterInstanceType === undefined || SlaveInstanceType === undefined) return [];
  const core = { InstanceType: SlaveInstanceType, InstanceCount: InstanceCount - 1 };
  return [
    { InstanceRole: 'MASTER', InstanceType: MasterInstanceType, InstanceCount: 1 },
    ...(InstanceCount > 1 ? [{ InstanceRole: 'CORE' as const, ...core }] : []),
  ];
}

function checkGroups(configs: readonly InstanceGroupConfig[]): void {
  checkRoles(
    configs.map(({ InstanceRole }) => InstanceRole),
    'Zero master instance groups supplied, you must specify exactly one master instance group',
    'Clusters with task nodes must also define core nodes.',
  );
  for (const { InstanceRole, InstanceCount, Market, BidPrice } of configs) {
    if (InstanceCount < 1) throw invalid('An instance group must have at least one instance');
    if (InstanceRole === 'MASTER' && ![1, 3].includes(InstanceCount)) {
      throw invalid('A master instance group must specify a single instance');
    }
    if (BidPrice === undefined) continue;
    if (Market !== 'SPOT') throw invalid('Attempted to set bid price for on demand instance group.');
    if (!(Number(BidPrice) > 0)) throw invalid('The bid price supplied for an instance group is invalid');
  }
}

function checkFleets(configs: readonly InstanceFleetConfig[]): void {
  checkRoles(
    configs.map(({ InstanceFleetType }) => InstanceFleetType),
    'No master instance fleets were supplied; you must specify exactly one master instance fleet. Revise the configuration and resubmit.',
    'Clusters with task instance fleets must also define core instance fleets.',
  );
  for (const { Name, InstanceFleetType, TargetOnDemandCapacity = 0, TargetSpotCapacity = 0 } of configs) {
    const target = TargetOnDemandCapacity + TargetSpotCapacity;
    if (InstanceFleetType === 'MASTER' && target !== 1) {
      throw invalid(
        'A master instance fleet can only have a target capacity of 1. Revise the configuration and resubmit.',
      );
    }
    if (target < 1) {
      throw invalid(
        `The instance fleet (${Name ?? 'null'}) should have a value of one or greater for either targetOnDemandCapacity or targetSpotCapacity.`,
      );
    }
  }
}

function checkRoles(roles: readonly string[], withoutMaster: string, taskWithoutCore: string): void {
  for (const role of ['MASTER', 'CORE']) {
    if (roles.filter((each) => each === role).length < 2) continue;
    const name = role.toLowerCase();
    throw invalid(
      `Multiple ${name} instance groups supplied, you must specify exactly one ${name} instance group`,
    );
  }
  if (!roles.includes('MASTER')) throw invalid(withoutMaster);
  if (roles.includes('TASK') && !roles.includes('CORE')) throw invalid(taskWithoutCore);
}

function groupOf(world: World, config: InstanceGroupConfig, times: Times): Group {
  const { InstanceRole, InstanceType, InstanceCount, Market = 'ON_DEMAND' } = config;
  const instances = Array.from({ length: InstanceCount }, (_, number) =>
    newInstance(world, number, Market, InstanceType, times),
  );
  return { id: newId(world, 'ig'), role: InstanceRole, config: { ...config }, instances };
}

/** A fleet gets as many instances of its first type as its capacities need. */
function fleetOf(world: World, config: InstanceFleetConfig, times: Times): Group {
  const { InstanceType = 'm5.xlarge', WeightedCapacity = 1 } = config.InstanceTypeConfigs?.[0] ?? {};
  const instances: Instance[] = [];
  for (const market of ['ON_DEMAND', 'SPOT'] as const) {
    const capacity = market === 'SPOT' ? config.TargetSpotCapacity : config.TargetOnDemandCapacity;
    const count = Math.ceil((capacity ?? 0) / Math.max(1, WeightedCapacity));
    for (let left = count; left > 0; left -= 1) {
      instances.push(newInstance(world, instances.length, market, InstanceType, times));
    }
  }
  return { id: newId(world, 'if'), role: config.InstanceFleetType, config: { ...config }, instances };
}

function newInstance(
  world: World,
  number: number,
  market: Instance['market'],
  instanceType: string,
  times: Times,
): Instance {
  return { id: newId(world, 'ci'), ec2Id: newEc2Id(world), number, market, instanceType, ...times };
}
