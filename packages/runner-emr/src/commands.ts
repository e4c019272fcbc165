import type { CommandReport, PluginCommand } from '@daybook/core';
import type { LivingCluster, StepService } from './cluster/steps.ts';

const columns = [
  { title: 'cluster' },
  { title: 'state' },
  { title: 'since' },
  { title: 'owner' },
  { title: 'instances', right: true },
  { title: 'cost (USD)', right: true },
];
const estimate = 'Costs are estimates, from the hours of instances and the prices in the configuration.';

/** `daybook emr clusters` and `daybook emr reap`. */
export function clusterCommands(steps: StepService): readonly PluginCommand[] {
  return [
    { words: 'emr clusters', run: async () => clustersReport(await steps.clusters()) },
    {
      words: 'emr reap',
      run: async ({ delete: wanted }) => {
        if (wanted) return reapReport(await steps.reap(), true);
        return reapReport(
          (await steps.clusters()).filter(({ ownerAlive }) => !ownerAlive),
          false,
        );
      },
    },
  ];
}

function clustersReport(clusters: readonly LivingCluster[]): CommandReport {
  const dead = clusters.filter(({ ownerAlive }) => !ownerAlive).length;
  const notes = clusters.length === 0 ? [] : [estimate];
  if (dead > 0) notes.push(`The owner of ${dead} is dead: daybook emr reap --delete ends what nobody owns.`);
  return {
    headline: clusters.length === 0 ? 'No cluster is alive.' : `${count(clusters.length)} alive.`,
    columns,
    rows: clusters.map(rowOf),
    notes,
    document: { clusters: clusters.map(documentOf) },
  };
}

function reapReport(clusters: readonly LivingCluster[], ended: boolean): CommandReport {
  const none = 'No cluster is without an owner.';
  const some = ended
    ? `Ended ${clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`}.`
    : `Would end: ${clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`}, whose owner is dead.`;
  const notes = clusters.length === 0 ? [] : [estimate];
  if (!ended && clusters.length > 0) notes.push('Next: daybook emr reap --delete');
  return {
    headline: clusters.length === 0 ? none : some,
    columns,
    rows: clusters.map(rowOf),
    notes,
    document: { ended, clusters: clusters.map(documentOf) },
  };
}

function count(clusters: number): string {
  return clusters === 1 ? '1 cluster is' : `${clusters} clusters are`;
}

function rowOf({
  id,
  state,
  since,
  owner,
  ownerAlive,
  instances,
  costUsd,
}: LivingCluster): readonly string[] {
  const who = owner === undefined ? 'nobody' : ownerAlive ? owner : `${owner} (dead)`;
  return [
    id,
    state,
    `${since.slice(0, 19).replace('T', ' ')}Z`,
    who,
    String(instances),
    costUsd ?? 'unknown',
  ];
}

function documentOf(cluster: LivingCluster) {
  return { ...cluster };
}
