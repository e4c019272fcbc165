import { invalid } from '../service-error.ts';
import type { World } from '../service/world.ts';
import { clusterOf, mustBeModifiable } from './find.ts';

const leastSeconds = 60;
const mostSeconds = 604_800;
const defaultSeconds = 3_600;

/** How long a cluster may be idle. Throws `ValidationException`. */
export function checkedIdleMs(seconds = defaultSeconds): number {
  if (seconds >= leastSeconds && seconds <= mostSeconds) return seconds * 1_000;
  throw invalid(`IdleTimeout must be between ${leastSeconds} and ${mostSeconds} seconds, not ${seconds}.`);
}

export interface PutAutoTerminationPolicyInput {
  readonly ClusterId: string;
  readonly AutoTerminationPolicy?: { readonly IdleTimeout?: number };
}

/** A policy counts from now on: a cluster that is idle already gets the whole time. */
export function putAutoTerminationPolicy(world: World, input: PutAutoTerminationPolicyInput, nowMs: number) {
  const cluster = clusterOf(world, input.ClusterId);
  mustBeModifiable(cluster);
  cluster.idleTimeoutMs = checkedIdleMs(input.AutoTerminationPolicy?.IdleTimeout);
  if (cluster.idleSinceMs !== undefined) cluster.idleSinceMs = nowMs;
  return {};
}

/** The policy, or nothing. */
export function getAutoTerminationPolicy(world: World, input: { readonly ClusterId: string }) {
  const { idleTimeoutMs } = clusterOf(world, input.ClusterId);
  return idleTimeoutMs === undefined ? {} : { AutoTerminationPolicy: { IdleTimeout: idleTimeoutMs / 1_000 } };
}

/** Takes the policy away; one that is not there is no error. */
export function removeAutoTerminationPolicy(world: World, input: { readonly ClusterId: string }) {
  const cluster = clusterOf(world, input.ClusterId);
  mustBeModifiable(cluster);
  delete cluster.idleTimeoutMs;
  return {};
}
