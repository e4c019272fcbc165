import { setTimeout } from 'node:timers/promises';
import type { RunnerEvent } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import type { StepService } from '../src/cluster/steps.ts';
import { openWorld, plain, shell, whenRunning, type OwnerChanges, type World } from './world.ts';

/** An owner, and what it tells: `created j-…` and `ended j-…`. */
function watched(world: World, changes: OwnerChanges = {}) {
  const events: RunnerEvent[] = [];
  const owner = world.owner(changes);
  owner.watch((event) => events.push(event));
  const told = (): readonly string[] =>
    events.map(({ kind, cluster }) => `${kind.replace('cluster-', '')} ${cluster}`);
  return { owner, events, told };
}

const idsOf = ({ server }: World): readonly string[] => server.state().clusters.map(({ id }) => id);

/** Starts a cluster whose owner then does nothing any more. */
async function abandoned(world: World): Promise<StepService> {
  const owner = world.owner({ process: { pid: 900 }, left: true });
  const { looked, running } = whenRunning();
  void owner.run(shell('sleep 600', { looked }));
  await running;
  return owner;
}

describe('who watches is told of a cluster', () => {
  test('when it is there and when it ends, with how long it lived and what it cost', async () => {
    const world = await openWorld();
    const { owner, events } = watched(world);
    expect(events).toEqual([]);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    const [cluster = ''] = idsOf(world);
    expect(events).toEqual([{ kind: 'cluster-created', cluster, sinceMs: expect.any(Number) }]);
    await owner.close();
    const [{ sinceMs } = { sinceMs: 0 }, ended] = events;
    expect(events).toHaveLength(2);
    expect(ended).toEqual({
      kind: 'cluster-ended',
      cluster,
      sinceMs,
      untilMs: expect.any(Number),
      cost: { amount: expect.stringMatching(/^0\.\d{4}$/), currency: 'USD', estimate: true },
    });
    const livedMs = ended?.kind === 'cluster-ended' ? ended.untilMs - sinceMs : 0;
    // It takes 90 seconds to start, and a step is waited for by looks.
    expect(livedMs).toBeGreaterThanOrEqual(90_000);
    expect(livedMs).toBeLessThan(600_000);
  });

  test('each time, once, and no more after another watches', async () => {
    const world = await openWorld();
    const { owner, told } = watched(world);
    await owner.run(shell('true'));
    await owner.release();
    await owner.run(shell('true'));
    const [first = '', second = ''] = idsOf(world);
    await expect.poll(told).toContain(`ended ${first}`);
    expect(told().toSorted()).toEqual([`created ${first}`, `created ${second}`, `ended ${first}`].toSorted());
    const others: RunnerEvent[] = [];
    owner.watch((event) => others.push(event));
    await owner.close();
    await owner.close();
    expect(told()).toHaveLength(3);
    expect(others.map(({ kind, cluster }) => [kind, cluster])).toEqual([['cluster-ended', second]]);
  });

  test('that ends by itself', async () => {
    const world = await openWorld();
    const { owner, told } = watched(world);
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 600', { looked }));
    await running;
    const [id = ''] = idsOf(world);
    await world.emr().terminate(id);
    expect((plain(await end) as readonly string[])[0]).toBe('lost');
    await expect.poll(told).toEqual([`created ${id}`, `ended ${id}`]);
    await owner.close();
    expect(told()).toHaveLength(2);
  });

  test('that a dead process left, when it is ended for it', async () => {
    const world = await openWorld();
    await abandoned(world);
    const [left = ''] = idsOf(world);
    const { owner, told } = watched(world);
    await owner.run(shell('true'));
    await owner.close();
    const own = idsOf(world).at(-1);
    expect(told().toSorted()).toEqual([`created ${own}`, `ended ${left}`, `ended ${own}`].toSorted());
  });

  test('without its cost, where EMR does not tell of the instances, before it is closed', async () => {
    const world = await openWorld();
    const { owner, events } = watched(world, {
      wrap: (emr) => ({
        ...emr,
        // oxlint-disable-next-line require-yield
        async *instances() {
          await setTimeout(200);
          throw new Error('A bug.');
        },
      }),
    });
    // A step has its cost from the instances too.
    await owner.run(shell('true')).catch(() => undefined);
    await owner.close();
    expect(events.map((event) => [event.kind, 'cost' in event])).toEqual([
      ['cluster-created', false],
      ['cluster-ended', false],
    ]);
  });
});

test('of a cluster that is not ours nothing is told, nor where none was wanted', async () => {
  const world = await openWorld();
  const first = world.owner();
  const { looked, running } = whenRunning();
  const end = first.run(shell('sleep 600', { looked }));
  await running;
  const [id = ''] = idsOf(world);
  const foreign = watched(world, { options: { cluster: { id } } });
  expect(plain(await foreign.owner.run(shell('true')))).toEqual(['completed']);
  await foreign.owner.release();
  await foreign.owner.close();
  expect(foreign.told()).toEqual([]);
  await first.close();
  expect(plain(await end)).toEqual(['cancelled']);
  const idle = watched(world);
  await idle.owner.release();
  await idle.owner.close();
  expect(idle.told()).toEqual([]);
});
