import { badRequest, invalid } from '../service-error.ts';
import { isEnding, type Cluster } from '../service/records.ts';
import type { World } from '../service/world.ts';

/** The cluster of an operation that is named for clusters. Throws `InvalidRequestException`. */
export function clusterOf(world: World, id: string): Cluster {
  const cluster = world.clusters.get(id);
  if (cluster === undefined) throw badRequest(`Cluster id '${id}' is not valid.`);
  return cluster;
}

/** The cluster of an operation that is named for job flows. Throws `ValidationException`. */
export function jobFlowOf(world: World, id: string): Cluster {
  const cluster = world.clusters.get(id);
  if (cluster !== undefined) return cluster;
  const wellFormed = /^j-[A-Z0-9]+$/.test(id);
  throw invalid(wellFormed ? 'Specified job flow ID does not exist.' : 'Specified job flow ID not valid');
}

/** The job flows of a list, each once. Throws `ValidationException`. */
export function jobFlowsOf(world: World, ids: readonly string[]): readonly Cluster[] {
  if (ids.length === 0) throw invalid('The JobFlowId list cannot be empty');
  if (ids.length > 10) throw invalid('The JobFlowId list cannot have more than 10 entries.');
  if (new Set(ids).size < ids.length) throw invalid('Specified job flow ID does not exist.');
  return ids.map((id) => jobFlowOf(world, id));
}

/** Throws `ValidationException` where a cluster has begun to end. */
export function mustBeModifiable(cluster: Cluster): void {
  if (isEnding(cluster)) {
    throw invalid('A job flow that is shutting down, terminated, or finished may not be modified.');
  }
}
