import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EMRClient, RunJobFlowCommand } from '@aws-sdk/client-emr';
import { describe, expect, test } from 'vitest';
import { openWorld, plain, shell, stepStates, whenRunning, type World } from './world.ts';

const stubborn = "trap '' TERM; while true; do sleep 0.05; done";

/** Runs a step, aborts it once its program has begun, and tells how it ended. */
async function aborted(world: World, line: string, owner = world.owner()): Promise<unknown> {
  const mark = fileURLToPath(`${world.scratch}begun`);
  const stop = new AbortController();
  const [first, ...rest] = line.split('; ');
  const begun = [first, `touch ${mark}`, ...rest].join('; ');
  const end = owner.run(
    shell(line === stubborn ? begun : `touch ${mark}; exec ${line}`, { signal: stop.signal }),
  );
  await expect.poll(() => existsSync(mark)).toBe(true);
  stop.abort();
  return plain(await end);
}

describe('a step that nobody wants any more', () => {
  test('is interrupted, and its cluster lives on', async () => {
    const world = await openWorld();
    const owner = world.owner();
    expect(await aborted(world, 'sleep 600', owner)).toEqual(['cancelled']);
    expect(stepStates(world)).toEqual(['CANCELLED']);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(1);
  });

  test('and ignores the interruption is killed', async () => {
    const world = await openWorld();
    world.time.stubborn = true;
    const owner = world.owner({
      wrap: (emr) => ({
        ...emr,
        cancel: async (id, steps, how) => {
          // From here on it takes real time that the program is gone.
          if (how === 'TERMINATE_PROCESS') world.time.stubborn = false;
          await emr.cancel(id, steps, how);
        },
      }),
    });
    expect(await aborted(world, stubborn, owner)).toEqual(['cancelled']);
    expect(world.calls('CancelSteps')).toBe(2);
    expect(stepStates(world)).toEqual(['CANCELLED']);
    expect(world.living()).toHaveLength(1);
  });

  test('and will not stop has its cluster ended', async () => {
    const world = await openWorld();
    world.time.stubborn = true;
    const owner = world.owner({
      wrap: (emr) => ({ ...emr, cancel: async (id, steps) => await emr.cancel(id, steps, 'SEND_INTERRUPT') }),
    });
    expect(await aborted(world, stubborn, owner)).toEqual(['cancelled']);
    await expect.poll(() => world.living()).toEqual([]);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
  });

  test('and will not stop beside another that is wanted has its cluster ended when that one has', async () => {
    const world = await openWorld();
    world.time.stubborn = true;
    const owner = world.owner({
      // Time does not wait for the programs here, and no cluster is to end by itself meanwhile.
      cluster: { idleMinutes: 10_080 },
      wrap: (emr) => ({ ...emr, cancel: async (id, steps) => await emr.cancel(id, steps, 'SEND_INTERRUPT') }),
    });
    const mark = fileURLToPath(`${world.scratch}done`);
    const wanted = owner.run(shell(`while [ ! -e ${mark} ]; do sleep 0.02; done`));
    expect(await aborted(world, stubborn, owner)).toEqual(['cancelled']);
    expect(world.living()).toHaveLength(1);
    // The next does not go where it would wait for one that does not stop.
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
    writeFileSync(mark, '');
    expect(plain(await wanted)).toEqual(['completed']);
    await expect.poll(() => world.living()).toHaveLength(1);
  });

  test('is cancelled before it begins, on a cluster that starts', async () => {
    const world = await openWorld();
    const stop = new AbortController();
    const owner = world.owner();
    const end = owner.run(shell('true', { signal: stop.signal, looked: async () => stop.abort() }));
    expect(plain(await end)).toEqual(['cancelled']);
    expect(stepStates(world)).toEqual(['CANCELLED']);
  });

  test('before there is a cluster ends at once, and the cluster is released', async () => {
    const world = await openWorld();
    const stop = new AbortController();
    const owner = world.owner();
    const end = owner.run(shell('true', { signal: stop.signal }));
    stop.abort();
    expect(plain(await end)).toEqual(['cancelled']);
    expect(plain(await owner.run(shell('true', { signal: stop.signal })))).toEqual(['cancelled']);
    await owner.release();
    expect(world.living()).toEqual([]);
    expect(stepStates(world)).toEqual([]);
  });

  test('while its owner is being made known leaves nothing once that one is closed', async () => {
    const world = await openWorld();
    const written = Promise.withResolvers<void>();
    const owner = world.owner({
      documents: {
        ...world.documents,
        write: async (uri, bytes) => {
          await written.promise;
          await world.documents.write(uri, bytes);
        },
      },
    });
    const stop = new AbortController();
    const end = owner.run(shell('true', { signal: stop.signal }));
    stop.abort();
    expect(plain(await end)).toEqual(['cancelled']);
    const closed = owner.close();
    await setTimeout(20);
    written.resolve();
    await closed;
    await setTimeout(20);
    expect(await world.left()).toEqual([]);
    expect(world.calls('RunJobFlow')).toBe(0);
  });

  test('while its cluster starts slowly ends without waiting for it', async () => {
    const world = await openWorld({ faults: [{ kind: 'slow-start', seconds: 3_600 }] });
    const stop = new AbortController();
    const began = world.time.surroundings.nowMs();
    const end = world.owner().run(shell('true', { signal: stop.signal, looked: async () => stop.abort() }));
    expect(plain(await end)).toEqual(['cancelled']);
    expect(world.time.surroundings.nowMs() - began).toBeLessThan(120_000);
  });

  test('and whose answer was lost is found and stopped', async () => {
    const world = await openWorld();
    const owner = world.owner();
    await owner.run(shell('true'));
    world.server.addFault({ kind: 'lost-answer', operation: 'AddJobFlowSteps' });
    const stop = new AbortController();
    const end = owner.run(shell('sleep 600', { signal: stop.signal }));
    await expect.poll(() => world.calls('AddJobFlowSteps')).toBe(2);
    stop.abort();
    expect(plain(await end)).toEqual(['cancelled']);
    await expect.poll(() => stepStates(world)).toEqual(['COMPLETED', 'CANCELLED']);
  });

  test.each(['lost-answer', 'lost-request', 'error500', 'throttle'] as const)(
    'is stopped though the call meets %s more often than it is tried',
    async (kind) => {
      const world = await openWorld({ faults: [{ kind, operation: 'CancelSteps', times: 8 }] });
      expect(await aborted(world, 'sleep 600')).toEqual(['cancelled']);
      expect(stepStates(world)).toEqual(['CANCELLED']);
    },
  );
});

describe('a cluster by its id', () => {
  async function openForeign() {
    const world = await openWorld();
    const client = new EMRClient({
      endpoint: world.server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    const { JobFlowId: id = '' } = await client.send(
      new RunJobFlowCommand({
        Name: 'theirs',
        ReleaseLabel: 'emr-7.13.0',
        JobFlowRole: 'x',
        ServiceRole: 'y',
        StepConcurrencyLevel: 4,
        Instances: { KeepJobFlowAliveWhenNoSteps: true, MasterInstanceType: 'm5.xlarge', InstanceCount: 1 },
        AutoTerminationPolicy: { IdleTimeout: 604_800 },
      }),
    );
    client.destroy();
    const owner = (changes: Parameters<World['owner']>[0] = {}) =>
      world.owner({ ...changes, options: { ...changes.options, cluster: { id } } });
    const end = async () => await world.emr().terminate(id);
    return { world, id, owner, end };
  }

  test('gets steps, and is neither ended nor changed', async () => {
    const { world, id, owner, end } = await openForeign();
    const service = owner();
    const before = world.server.state().clusters[0]!;
    expect(plain(await service.run(shell('true')))).toEqual(['completed']);
    await service.release();
    await service.close();
    expect(world.living()).toEqual([id]);
    const { idleTimeoutSeconds, stepConcurrency, tags } = world.server.state().clusters[0]!;
    expect({ idleTimeoutSeconds, stepConcurrency, tags }).toEqual({
      idleTimeoutSeconds: before.idleTimeoutSeconds,
      stepConcurrency: before.stepConcurrency,
      tags: before.tags,
    });
    expect(world.calls('TerminateJobFlows')).toBe(0);
    expect(world.calls('ModifyCluster')).toBe(0);
    await end();
  });

  test('stays though a step will not stop; who waits is told all the same', async () => {
    const { world, id, owner, end } = await openForeign();
    world.time.stubborn = true;
    const service = owner({
      wrap: (emr) => ({ ...emr, cancel: async (id, steps) => await emr.cancel(id, steps, 'SEND_INTERRUPT') }),
    });
    expect(await aborted(world, stubborn, service)).toEqual(['cancelled']);
    await service.close();
    expect(world.living()).toEqual([id]);
    await end();
  });

  test('that EMR tells nothing of is left alone all the same', async () => {
    const { world, id, owner, end } = await openForeign();
    let [dark, late] = [false, false];
    const service = owner({
      wrap: (emr) => ({
        ...emr,
        async *steps(of) {
          if (late) await expect.poll(() => stepStates(world).at(-1)).toBe('COMPLETED');
          yield* emr.steps(of);
        },
        describe: async (id) => {
          if (dark) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
          return await emr.describe(id);
        },
      }),
    });
    const { looked, running } = whenRunning();
    const lost = service.run(shell('sleep 600', { looked }));
    await running;
    dark = true;
    expect(plain(await lost)).toEqual(['lost', expect.stringContaining('EMR would not tell of cluster')]);
    [dark, late] = [false, true];
    // What was given up is stopped as soon as there is something to look for, though that has ended at the first look.
    expect(plain(await service.run(shell('true')))).toEqual(['completed']);
    await expect.poll(() => stepStates(world)).toEqual(['CANCELLED', 'COMPLETED']);
    expect(world.calls('TerminateJobFlows')).toBe(0);
    expect(world.living()).toEqual([id]);
    await end();
  });

  test('has the steps of who closes cancelled, and no others', async () => {
    const { world, owner, end } = await openForeign();
    const [one, other] = [owner(), owner({ process: { pid: 101 } })];
    const [a, b] = [whenRunning(), whenRunning()];
    const ends = [one.run(shell('sleep 600', a)), other.run(shell('sleep 0.5', b))];
    await Promise.all([a.running, b.running]);
    await one.close();
    expect(plain(await ends[0]!)).toEqual(['cancelled']);
    expect(plain(await ends[1]!)).toEqual(['completed']);
    expect(stepStates(world).toSorted()).toEqual(['CANCELLED', 'COMPLETED']);
    await end();
  });

  test('that has ended, or is none, is refused', async () => {
    const { world, id, owner, end } = await openForeign();
    await end();
    expect(plain(await owner().run(shell('true')))).toEqual([
      'refused',
      expect.stringMatching(new RegExp(`^Cluster ${id} takes no steps: give another cluster.id`)),
    ]);
    const none = world.owner({ options: { cluster: { id: 'j-NONE' } } });
    expect(plain(await none.run(shell('true')))).toEqual([
      'refused',
      expect.stringContaining('is not valid'),
    ]);
  });

  test('has the steps of dead owners of this scratch stopped, and nobody else’s', async () => {
    const { world, id, owner, end } = await openForeign();
    const dead = owner({ process: { pid: 900 }, left: true });
    const alive = owner({ process: { pid: 101 } });
    const [a, b, c] = [whenRunning(), whenRunning(), whenRunning()];
    const scratch = `${world.scratch}other`;
    const other = world.owner({
      options: { cluster: { id }, scratch },
      process: { pid: 901 },
      left: true,
    });
    const theirs = other.run(shell('sleep 600', c));
    await c.running;
    const kept = alive.run(shell('sleep 600', b));
    await b.running;
    const lost = dead.run(shell('sleep 600', a));
    await a.running;
    const service = owner();
    await service.run(shell('true'));
    await service.close();
    expect(stepStates(world)).toEqual(['RUNNING', 'RUNNING', 'CANCELLED', 'COMPLETED']);
    await other.close();
    expect(plain(await theirs)).toEqual(['cancelled']);
    expect(plain(await lost)).toEqual(['lost', 'Somebody else cancelled it.']);
    await alive.close();
    expect(plain(await kept)).toEqual(['cancelled']);
    await dead.close();
    await end();
  });

  test('has the steps of dead owners stopped by reap, which lists them first', async () => {
    const { world, owner, end } = await openForeign();
    const dead = owner({ process: { pid: 900 }, left: true });
    const { looked, running } = whenRunning();
    const lost = dead.run(shell('sleep 600', { looked }));
    await running;
    const steps = world.server.state().clusters[0]!.steps.map(({ id }) => id);
    expect(await owner().left()).toEqual({ clusters: [], steps });
    expect(stepStates(world)).toEqual(['RUNNING']);
    expect(await owner().reap()).toEqual({ clusters: [], steps });
    expect(plain(await lost)).toEqual(['lost', 'Somebody else cancelled it.']);
    expect(await owner().left()).toEqual({ clusters: [], steps: [] });
    await dead.close();
    await end();
  });
});
