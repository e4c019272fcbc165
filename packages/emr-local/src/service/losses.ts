import { addInstance } from './instances.ts';
import { end, interruptSteps, settle } from './life.ts';
import type { Cluster, Group, Instance, Loss } from './records.ts';
import type { World } from './world.ts';

/**
 * Takes instances from a cluster that runs: its running steps are interrupted, and others come for those that went,
 * unless the cluster ends with them. Where the cluster has none of that kind nothing happens.
 */
export function lose(world: World, cluster: Cluster, loss: Loss, nowMs: number): void {
  const lost = cluster.groups.flatMap((group) =>
    goingOf(group, loss).map((instance) => ({ group, instance })),
  );
  if (lost.length === 0) return;
  for (const { instance } of lost) {
    instance.endedMs = nowMs;
    instance.lost = true;
  }
  const masterLost = lost.some(({ group }) => group.role === 'MASTER');
  if (masterLost || loss.endsCluster) {
    const message = masterLost ? 'The master node was terminated. ' : 'All spot instances were terminated. ';
    end(world, cluster, { code: 'INSTANCE_FAILURE', message }, nowMs);
    return;
  }
  interruptSteps(world, cluster, nowMs);
  for (const { group, instance } of lost) addInstance(world, group, instance, nowMs);
  const interrupted = cluster.steps.findLast(({ endedMs }) => endedMs === nowMs);
  settle(world, cluster, nowMs, interrupted);
}

function goingOf({ role, instances }: Group, { kind }: Loss): readonly Instance[] {
  return instances.filter(
    ({ market, endedMs }) =>
      endedMs === undefined && (kind === 'spot' ? market === 'SPOT' : role === 'MASTER'),
  );
}
