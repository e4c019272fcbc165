import type { CommandReport, PluginCommand } from '@daybook/core';
import type { Leftovers, LivingCluster, StepService } from './cluster/steps.ts';

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
        return wanted ? reapReport(await steps.reap(), true) : reapReport(await steps.left(), false);
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

function reapReport({ clusters, steps }: Leftovers, ended: boolean): CommandReport {
  const what = [
    ...(clusters.length === 0 ? [] : [clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`]),
    ...(steps.length === 0 ? [] : [`${steps.length === 1 ? 'the step' : 'the steps'} ${steps.join(', ')}`]),
  ].join(' and ');
  const some = ended ? `Ended ${what}.` : `Would end: ${what}, whose owner is dead.`;
  const notes = clusters.length === 0 ? [] : [estimate];
  if (!ended && what !== '') notes.push('Next: daybook emr reap --delete');
  return {
    headline: what === '' ? 'No cluster is without an owner.' : some,
    columns,
    rows: clusters.map(rowOf),
    notes,
    document: { ended, clusters: clusters.map(documentOf), steps },
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
