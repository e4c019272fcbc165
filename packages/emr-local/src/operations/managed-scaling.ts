import { invalid } from '../service-error.ts';
import type { World } from '../service/world.ts';
import { clusterOf, mustBeModifiable } from './find.ts';

/** What of a policy is looked at. */
export interface ManagedScalingPolicy {
  readonly ComputeLimits?: {
    readonly MinimumCapacityUnits: number;
    readonly MaximumCapacityUnits: number;
    readonly MaximumOnDemandCapacityUnits?: number;
    readonly MaximumCoreCapacityUnits?: number;
  };
}

/** A policy whose limits are in order. Throws `ValidationException`. */
export function checkedScaling(policy: ManagedScalingPolicy): ManagedScalingPolicy {
  const { ComputeLimits: limits } = policy;
  if (limits === undefined) return policy;
  const { MinimumCapacityUnits: least, MaximumCapacityUnits: most } = limits;
  const parts = [limits.MaximumOnDemandCapacityUnits ?? 0, limits.MaximumCoreCapacityUnits ?? 0];
  if (least >= 1 && least <= most && parts.every((part) => part >= 0 && part <= most)) return policy;
  throw invalid('MinimumCapacityUnits must be at least 1, and no limit higher than MaximumCapacityUnits.');
}

/** Keeps the policy. Nothing is scaled by it. */
export function putManagedScalingPolicy(
  world: World,
  input: { readonly ClusterId: string; readonly ManagedScalingPolicy: ManagedScalingPolicy },
) {
  const cluster = clusterOf(world, input.ClusterId);
  mustBeModifiable(cluster);
  cluster.managedScaling = checkedScaling(input.ManagedScalingPolicy);
  return {};
}

/** The policy, or nothing. */
export function getManagedScalingPolicy(world: World, input: { readonly ClusterId: string }) {
  const { managedScaling } = clusterOf(world, input.ClusterId);
  return managedScaling === undefined ? {} : { ManagedScalingPolicy: managedScaling };
}

/** Takes the policy away; one that is not there is no error. */
export function removeManagedScalingPolicy(world: World, input: { readonly ClusterId: string }) {
  const cluster = clusterOf(world, input.ClusterId);
  mustBeModifiable(cluster);
  delete cluster.managedScaling;
  return {};
}
