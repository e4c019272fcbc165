import { invalid } from '../service-error.ts';
import { end, settle } from '../service/life.ts';
import type { Cluster } from '../service/records.ts';
import type { World } from '../service/world.ts';
import { clusterDetail, clusterSummary } from './cluster-view.ts';
import { clusterOf, jobFlowsOf, mustBeModifiable } from './find.ts';
import { isNamed, pageOf } from './page.ts';
import { checkedConcurrency } from './steps-config.ts';

/** One cluster. */
export function describeCluster(world: World, input: { readonly ClusterId: string }, nowMs: number) {
  return { Cluster: clusterDetail(clusterOf(world, input.ClusterId), nowMs) };
}

export interface ListClustersInput {
  readonly CreatedAfter?: number;
  readonly CreatedBefore?: number;
  readonly ClusterStates?: readonly string[];
  readonly Marker?: string;
}

/** The newest cluster first. */
export function listClusters(world: World, input: ListClustersInput, nowMs: number) {
  const { CreatedAfter = 0, CreatedBefore = Infinity, ClusterStates, Marker } = input;
  const isAsked = ({ createdMs, state }: Cluster): boolean =>
    createdMs >= CreatedAfter * 1_000 && createdMs <= CreatedBefore * 1_000 && isNamed(ClusterStates, state);
  const all = [...world.clusters.values()].toReversed();
  const { page, next } = pageOf(all, Marker, ({ id }) => id, isAsked);
  return { Clusters: page.map((cluster) => clusterSummary(cluster, nowMs)), ...next };
}

interface JobFlowIds {
  readonly JobFlowIds: readonly string[];
}

/** Ends clusters. Those that are protected stay, and are an error once the others have begun to end. */
export function terminateJobFlows(world: World, input: JobFlowIds, nowMs: number) {
  const clusters = jobFlowsOf(world, input.JobFlowIds);
  const reason = { code: 'USER_REQUEST', message: 'Terminated by user request' } as const;
  for (const cluster of clusters) if (!cluster.protected) end(world, cluster, reason, nowMs);
  if (clusters.some((cluster) => cluster.protected && cluster.endsMs === undefined)) {
    throw invalid('Could not shut down one or more job flows since they are termination protected.');
  }
  return undefined;
}

/** Protects clusters from being ended by request or by a step, or lifts it. */
export function setTerminationProtection(
  world: World,
  input: JobFlowIds & { readonly TerminationProtected: boolean },
) {
  const clusters = jobFlowsOf(world, input.JobFlowIds);
  for (const cluster of clusters) mustBeModifiable(cluster);
  for (const cluster of clusters) cluster.protected = input.TerminationProtected;
  return undefined;
}

/** Lets clusters wait for steps, or end once they have none; one that waits ends at once. */
export function setKeepAlive(
  world: World,
  input: JobFlowIds & { readonly KeepJobFlowAliveWhenNoSteps: boolean },
  nowMs: number,
) {
  const clusters = jobFlowsOf(world, input.JobFlowIds);
  for (const cluster of clusters) mustBeModifiable(cluster);
  for (const cluster of clusters) {
    cluster.keepAlive = input.KeepJobFlowAliveWhenNoSteps;
    settle(world, cluster, nowMs);
  }
  return undefined;
}

export interface ModifyClusterInput {
  readonly ClusterId: string;
  readonly StepConcurrencyLevel?: number;
  readonly ExtendedSupport?: boolean;
}

/** Changes how many steps run at once. */
export function modifyCluster(world: World, input: ModifyClusterInput, nowMs: number) {
  const cluster = clusterOf(world, input.ClusterId);
  mustBeModifiable(cluster);
  if (input.StepConcurrencyLevel !== undefined) {
    cluster.stepConcurrency = checkedConcurrency(input.StepConcurrencyLevel);
    settle(world, cluster, nowMs);
  }
  if (input.ExtendedSupport !== undefined) cluster.extendedSupport = input.ExtendedSupport;
  const { StepConcurrencyLevel, ExtendedSupport } = input;
  return {
    ...(StepConcurrencyLevel === undefined ? {} : { StepConcurrencyLevel }),
    ...(ExtendedSupport === undefined ? {} : { ExtendedSupport }),
  };
}
