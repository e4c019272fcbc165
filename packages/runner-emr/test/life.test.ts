import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openWorld, plain, shell, stepStates, whenRunning } from './world.ts';

describe('a step', () => {
  test('runs on a cluster that is started for it and ended when the service is closed', async () => {
    const world = await openWorld();
    const owner = world.owner({ cluster: { logUri: 's3://logs/emr' } });
    const end = await owner.run(shell('true'));
    const [cluster] = world.server.state().clusters;
    expect(end).toEqual({
      kind: 'completed',
      facts: {
        cluster: cluster?.id,
        step: cluster?.steps[0]?.id,
        logs: `s3://logs/emr/${cluster?.id}/steps/${cluster?.steps[0]?.id}/`,
        seconds: expect.any(Number),
        costUsd: expect.stringMatching(/^\d+\.\d{4}$/),
      },
    });
    expect(cluster).toMatchObject({
      state: 'WAITING',
      keepAlive: true,
      idleTimeoutSeconds: 300,
      stepConcurrency: 2,
    });
    await owner.close();
    expect(world.living()).toEqual([]);
    expect(world.calls('RunJobFlow')).toBe(1);
  });

  test('that fails tells why on the first line, and where its logs are', async () => {
    const world = await openWorld();
    const owner = world.owner({ cluster: { logUri: 's3://logs/emr' } });
    const end = await owner.run(shell('echo "ValueError: no such day" >&2; exit 3'));
    expect(end).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(
        /^ValueError: no such day\nStep s-\w+ on cluster j-\w+\. Logs: s3:\/\/logs\/emr\/j-\w+\/steps\/s-\w+\/ The log: s3:\/\/.*stderr\.gz$/,
      ),
    });
    expect(plain(await owner.run(shell('exit 4')))).toEqual(['failed', 'EMR tells no cause']);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.calls('RunJobFlow')).toBe(1);
  });

  test('is looked at while it is there, and what the looking throws ends it and is thrown', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const states: string[] = [];
    const bug = new Error('A bug.');
    const running = owner.run(
      shell('sleep 600', {
        looked: async (state) => {
          states.push(state);
          if (state === 'running') throw bug;
        },
      }),
    );
    await expect(running).rejects.toBe(bug);
    expect(new Set(states)).toEqual(new Set(['pending', 'running']));
    expect(stepStates(world)).toEqual(['CANCELLED']);
  });

  test('shares its cluster with others that are asked for at the same time', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const ends = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => await owner.run(shell(`test ${n} -ne 3`))),
    );
    expect(ends.map(({ kind }) => kind)).toEqual([
      'completed',
      'completed',
      'failed',
      'completed',
      'completed',
    ]);
    expect(world.calls('RunJobFlow')).toBe(1);
  });
});

describe('release', () => {
  test('ends the cluster, and a later step starts another one', async () => {
    const world = await openWorld();
    const owner = world.owner();
    await owner.run(shell('true'));
    await owner.release();
    expect(world.living()).toEqual([]);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
  });

  test('lets a step that runs come to its end, and ends the cluster then', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 0.2', { looked }));
    await running;
    await owner.release();
    expect(world.living()).toHaveLength(1);
    expect(plain(await end)).toEqual(['completed']);
    await expect.poll(() => world.living()).toEqual([]);
  });
});

describe('close', () => {
  test('asks for nothing where nothing was asked for', async () => {
    const world = await openWorld();
    await world.owner().close();
    expect(world.server.state().calls).toEqual({});
  });

  test('cancels what runs, ends the cluster, takes back what it wrote, and may be called again', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 600', { looked }));
    await running;
    await Promise.all([owner.close(), owner.close()]);
    await owner.close();
    expect(plain(await end)).toEqual(['cancelled']);
    expect(world.living()).toEqual([]);
    expect(await world.left()).toEqual([]);
    expect(plain(await owner.run(shell('true')))).toEqual(['cancelled']);
    expect(world.calls('RunJobFlow')).toBe(1);
  });

  test('while a cluster is being started waits for it, and ends that one too', async () => {
    const world = await openWorld();
    const gate = Promise.withResolvers<void>();
    const owner = world.owner({
      wrap: (emr) => ({
        ...emr,
        runCluster: async (request) => {
          const id = await emr.runCluster(request);
          await gate.promise;
          return id;
        },
      }),
    });
    const end = owner.run(shell('true'));
    await expect.poll(() => world.calls('RunJobFlow')).toBe(1);
    const closed = owner.close();
    await expect.poll(() => world.calls('ListClusters')).toBeGreaterThan(0);
    for (let turns = 0; turns < 100; turns += 1) await turn();
    gate.resolve();
    await closed;
    expect(plain(await end)).toEqual(['cancelled']);
    expect(world.living()).toEqual([]);
    expect(await world.left()).toEqual([]);
  });
});
