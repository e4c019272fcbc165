import { badRequest } from '../service-error.ts';
import { hasEnded, type Cluster } from '../service/records.ts';
import type { Tag } from '../service/requests.ts';
import type { World } from '../service/world.ts';
import { clusterOf } from './find.ts';

const mostTags = 50;

/** Tags by key. Throws `InvalidRequestException`. */
export function checkedTags(tags: readonly Tag[], before: ReadonlyMap<string, string> = new Map()) {
  const all = new Map(before);
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length < 1 || Key.length > 128) {
      throw badRequest(
        `Invalid tag key: '${Key === '' ? 'null' : Key}'. Tag keys must be between 1 and 128 characters in length.`,
      );
    }
    if (Value.length > 256) {
      throw badRequest(
        `Invalid tag value: '${Value}'. Tag values must be between 1 and 256 characters in length.`,
      );
    }
    all.set(Key, Value);
  }
  if (all.size > mostTags) throw badRequest(`A cluster can have at most ${mostTags} tags.`);
  return all;
}

/** Adds tags, or changes their values. */
export function addTags(world: World, input: { readonly ResourceId: string; readonly Tags: readonly Tag[] }) {
  const cluster = taggable(world, input.ResourceId);
  for (const [key, value] of checkedTags(input.Tags, cluster.tags)) cluster.tags.set(key, value);
  return {};
}

/** Takes tags away; one that is not there is no error. */
export function removeTags(
  world: World,
  input: { readonly ResourceId: string; readonly TagKeys: readonly string[] },
) {
  const cluster = taggable(world, input.ResourceId);
  for (const key of input.TagKeys) cluster.tags.delete(key);
  return {};
}

function taggable(world: World, id: string): Cluster {
  const cluster = clusterOf(world, id);
  if (hasEnded(cluster.state)) throw badRequest('Tags cannot be modified on terminated clusters.');
  return cluster;
}
