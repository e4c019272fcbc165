import { expect, test } from 'vitest';
import type { LivingCluster, StepService } from '../src/cluster/steps.ts';
import { clusterCommands } from '../src/commands.ts';

const owned: LivingCluster = {
  id: 'j-1',
  name: 'daybook scratch-a owner-b cluster-c',
  state: 'WAITING',
  owner: 'books-1, process 4711',
  ownerAlive: true,
  since: '2026-11-25T02:00:00.000Z',
  instances: 3,
  costUsd: '0.4213',
};
const { costUsd: _, ...unpriced } = owned;
const dead: LivingCluster = { ...unpriced, id: 'j-2', ownerAlive: false };

function commandsOver(clusters: readonly LivingCluster[], deadSteps: readonly string[] = []) {
  const reaped: string[] = [];
  const left = { clusters: clusters.filter(({ ownerAlive }) => !ownerAlive), steps: deadSteps };
  const steps = {
    clusters: async () => clusters,
    reap: async () => {
      reaped.push(...clusters.map(({ id }) => id));
      return left;
    },
    left: async () => left,
  } as unknown as StepService;
  const [list, reap] = clusterCommands(steps);
  return { list: list!, reap: reap!, reaped };
}

test('what is alive is listed with its owner and its cost, and what belongs to nobody with what to do', async () => {
  const { list } = commandsOver([owned, dead]);
  const { headline, rows, notes, document } = await list.run({ delete: false });
  expect(headline).toBe('2 clusters are alive.');
  expect(rows).toEqual([
    ['j-1', 'WAITING', '2026-11-25 02:00:00Z', 'books-1, process 4711', '3', '0.4213'],
    ['j-2', 'WAITING', '2026-11-25 02:00:00Z', 'books-1, process 4711 (dead)', '3', 'unknown'],
  ]);
  expect(notes.at(-1)).toBe('The owner of 1 is dead: daybook emr reap --delete ends what nobody owns.');
  expect(document).toEqual({ clusters: [owned, dead] });
});

test('reap lists first, and ends with --delete', async () => {
  const { reap, reaped } = commandsOver([owned, dead]);
  const listed = await reap.run({ delete: false });
  expect([listed.headline, reaped]).toEqual(['Would end: 1 cluster, whose owner is dead.', []]);
  expect(listed.rows.map(([id]) => id)).toEqual(['j-2']);
  const ended = await reap.run({ delete: true });
  expect(ended.headline).toBe('Ended 1 cluster.');
  expect(ended.document).toEqual({ ended: true, clusters: [dead], steps: [] });
  expect(reaped).not.toEqual([]);
});

test('reap names the steps of dead owners on a cluster that is nobody’s', async () => {
  const { reap } = commandsOver([dead], ['s-1', 's-2']);
  expect((await reap.run({ delete: false })).headline).toBe(
    'Would end: 1 cluster and the steps s-1, s-2, whose owner is dead.',
  );
  const { reap: alone } = commandsOver([], ['s-1']);
  const { headline, document } = await alone.run({ delete: true });
  expect([headline, document]).toEqual([
    'Ended the step s-1.',
    { ended: true, clusters: [], steps: ['s-1'] },
  ]);
});

test('where nothing is alive both say so', async () => {
  const { list, reap } = commandsOver([]);
  expect((await list.run({ delete: false })).headline).toBe('No cluster is alive.');
  expect((await reap.run({ delete: true })).headline).toBe('No cluster is without an owner.');
});
