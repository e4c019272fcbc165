import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { jsonBytes } from '../src/cluster/owner.ts';
import { isDead, ownerUri, readOwner, type OwnerDocument, type OwnerFinding } from '../src/cluster/owners.ts';
import { realSurroundings, startOf } from '../src/cluster/surroundings.ts';
import { leftBehind, openWorld, plain, shell, stepStates, whenRunning } from './world.ts';

describe('the cluster of an owner that is dead', () => {
  test('on this machine is ended by whoever begins', async () => {
    const world = await openWorld();
    const { id, end } = await leftBehind(world, { process: { pid: 900 } });
    const owner = world.owner();
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    await expect.poll(() => world.living()).not.toContain(id);
    await owner.close();
    expect(plain(await end)).toEqual(['lost', expect.stringContaining('Terminated by user request')]);
    expect(await world.left()).toEqual([]);
  });

  test('is ended by whoever ends, though it died meanwhile', async () => {
    const world = await openWorld();
    let alive = true;
    const startOf = (pid: number) => (pid !== 900 || alive ? 'tick 1' : undefined);
    const owner = world.owner({ startOf });
    await owner.run(shell('true'));
    const { id } = await leftBehind(world, { process: { pid: 900 }, startOf });
    alive = false;
    await owner.close();
    expect(world.living()).not.toContain(id);
  });

  test('is ended by whoever has nothing for EMR, once that is clear', async () => {
    const world = await openWorld();
    const { id } = await leftBehind(world, { process: { pid: 900 } });
    const owner = world.owner();
    await owner.release();
    await owner.close();
    expect(world.living()).not.toContain(id);
    expect(await world.left()).toEqual([]);
    expect(world.calls('RunJobFlow')).toBe(1);
  });

  test('is ended by no process that did nothing and is closed', async () => {
    const world = await openWorld();
    const { id } = await leftBehind(world, { process: { pid: 900 } });
    await world.owner().close();
    expect(world.living()).toContain(id);
    await world.owner().reap();
  });

  test('whose process id another process has now is ended', async () => {
    const world = await openWorld();
    const { id } = await leftBehind(world, { process: { pid: 101, start: 'tick 0' } });
    await world.owner().run(shell('true'));
    await expect.poll(() => world.living()).not.toContain(id);
  });

  test('on another machine is ended after ten silent minutes and not before', async () => {
    const world = await openWorld();
    let silent = false;
    const quiet = world.owner({
      left: true,
      cluster: { idleMinutes: 600 },
      process: { machine: 'elsewhere', host: 'elsewhere', pid: 900 },
      documents: {
        ...world.documents,
        write: async (uri, bytes) => {
          if (!silent) await world.documents.write(uri, bytes);
        },
      },
    });
    const owner = world.owner();
    const minutes = async (count: number): Promise<void> =>
      await world.time.surroundings.pause(count * 60_000);
    await quiet.run(shell('true'));
    const [{ id } = { id: '' }] = world.server.state().clusters;
    await minutes(60);
    expect((await owner.reap()).clusters).toEqual([]);
    silent = true;
    await minutes(8);
    expect((await owner.reap()).clusters).toEqual([]);
    await minutes(3);
    expect((await owner.reap()).clusters.map((each) => [each.id, each.owner, each.ownerAlive])).toEqual([
      [id, 'elsewhere, process 900', false],
    ]);
    expect(world.living()).toEqual([]);
    silent = false;
    await quiet.close();
  });

  test('on another machine is ended by one that goes on meanwhile, without being asked', async () => {
    const world = await openWorld();
    let silent = false;
    const owner = world.owner();
    await owner.run(shell('true'));
    const { id } = await leftBehind(world, {
      process: { machine: 'elsewhere', pid: 900 },
      documents: {
        ...world.documents,
        write: async (uri, bytes) => {
          if (!silent) await world.documents.write(uri, bytes);
        },
      },
    });
    silent = true;
    await world.time.surroundings.pause(8 * 60_000);
    expect(world.living()).toContain(id);
    await world.time.surroundings.pause(20 * 60_000);
    await expect.poll(() => world.living()).not.toContain(id);
  });

  test('is ended where its document is missing', async () => {
    const world = await openWorld();
    const { id } = await leftBehind(world, { process: { pid: 102 } });
    for (const uri of await world.left()) {
      if (uri.startsWith('owners/')) await world.documents.remove(`${world.scratch}${uri}`);
    }
    expect(await world.owner().reap()).toMatchObject({ clusters: [{ id, ownerAlive: false }] });
    expect(world.living()).toEqual([]);
  });
});

describe('the cluster of an owner that lives', () => {
  test('is touched by no other owner of the scratch', async () => {
    const world = await openWorld();
    const [one, other] = [world.owner(), world.owner({ process: { pid: 101 } })];
    const [a, b] = [whenRunning(), whenRunning()];
    const first = one.run(shell('sleep 600', a));
    await a.running;
    expect(plain(await other.run(shell('true')))).toEqual(['completed']);
    expect((await other.reap()).clusters).toEqual([]);
    const second = other.run(shell('sleep 600', b));
    await b.running;
    await one.close();
    expect(plain(await first)).toEqual(['cancelled']);
    expect(world.living()).toHaveLength(1);
    await other.close();
    expect(plain(await second)).toEqual(['cancelled']);
    expect(await world.left()).toEqual([]);
  });

  test('is told of, and what it cost', async () => {
    const world = await openWorld();
    const owner = world.owner();
    expect(await owner.clusters()).toEqual([]);
    await owner.run(shell('true'));
    const [cluster] = await owner.clusters();
    expect(cluster).toEqual({
      id: world.server.state().clusters[0]!.id,
      name: expect.stringMatching(/^daybook scratch-[0-9a-f]{16} owner-[0-9a-f]{32} cluster-[0-9a-f]{32}$/),
      state: 'WAITING',
      owner: 'here, process 100',
      ownerAlive: true,
      since: world.server.state().clusters[0]!.created,
      instances: 3,
      costUsd: expect.stringMatching(/^\d+\.\d{4}$/),
    });
    const other = world.owner({ options: { region: 'eu-west-1' } });
    expect((await other.clusters())[0]).not.toHaveProperty('costUsd');
  });

  test('is its own alone though its document cannot be read', async () => {
    const world = await openWorld();
    const { owner, end } = await leftBehind(world, { process: { pid: 102 } });
    for (const uri of await world.left()) {
      if (uri.startsWith('owners/'))
        await world.documents.write(`${world.scratch}${uri}`, jsonBytes({ format: 2 }));
    }
    expect((await world.owner().reap()).clusters).toEqual([]);
    await owner.close();
    expect(plain(await end)).toEqual(['cancelled']);
  });
});

test('clusters of another scratch, or of nobody, are never touched', async () => {
  const world = await openWorld();
  const other = await leftBehind(world, {
    options: { scratch: `${world.scratch}other` },
    process: { pid: 900 },
  });
  const emr = world.emr();
  const foreign = await emr.runCluster({
    Name: 'daybook scratch-1234 owner-1',
    ReleaseLabel: 'emr-7.13.0',
    JobFlowRole: 'x',
    ServiceRole: 'y',
    Instances: { KeepJobFlowAliveWhenNoSteps: true, MasterInstanceType: 'm5.xlarge', InstanceCount: 1 },
  });
  const owner = world.owner();
  await owner.run(shell('true'));
  expect((await owner.reap()).clusters).toEqual([]);
  await owner.close();
  expect(world.living().toSorted()).toEqual([other.id, foreign].toSorted());
  await emr.terminate(foreign);
  await other.owner.close();
});

test('the owner is told of before its first cluster, and renewed each minute', async () => {
  const world = await openWorld({ faults: [{ kind: 'slow-start', seconds: 1_200 }] });
  const written: string[] = [];
  const renewedMs: number[] = [];
  const owner = world.owner({
    documents: {
      ...world.documents,
      write: async (uri, bytes) => {
        const [folder = ''] = uri.slice(world.scratch.length).split('/');
        written.push(`${folder} ${world.calls('RunJobFlow')}`);
        if (folder === 'owners') renewedMs.push(world.time.surroundings.nowMs());
        await world.documents.write(uri, bytes);
      },
    },
  });
  await owner.run(shell('true'));
  expect(written.slice(0, 4)).toEqual(['owners 0', 'owners 0', 'clusters 0', 'clusters 1']);
  const apart = renewedMs.slice(2).map((ms, at) => ms - renewedMs[at + 1]!);
  expect(apart.length).toBeGreaterThanOrEqual(18);
  expect(new Set(apart)).toEqual(new Set([60_000]));
});

test('a renewal that is under way when the owner goes does not come after its removal', async () => {
  const world = await openWorld();
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const order: string[] = [];
  let slow = false;
  let reaped = false;
  const owner = world.owner({
    documents: {
      ...world.documents,
      write: async (uri, bytes) => {
        const late = slow;
        if (late) await gate.promise;
        await world.documents.write(uri, bytes);
        order.push('write');
        if (late) written.resolve();
      },
      async *list(prefix) {
        yield* world.documents.list(prefix);
        reaped = prefix.endsWith('clusters/');
      },
      remove: async (uri) => {
        if (uri.includes('/owners/')) order.push('remove');
        await world.documents.remove(uri);
      },
    },
  });
  await owner.run(shell('true'));
  slow = true;
  await world.time.surroundings.pause(61_000);
  reaped = false;
  const closed = owner.close();
  await expect.poll(() => reaped).toBe(true);
  for (let turns = 0; turns < 20; turns += 1) await turn();
  gate.resolve();
  await Promise.all([closed, written.promise]);
  expect(order.slice(-2)).toEqual(['write', 'remove']);
  expect(await world.left()).toEqual([]);
});

test('a scratch that cannot be written ends the step, and nothing is started', async () => {
  const world = await openWorld();
  const { DaybookError } = await import('@daybook/core');
  for (const [code, kind] of [
    ['target-failed', 'lost'],
    ['target-refused', 'refused'],
  ] as const) {
    const owner = world.owner({
      documents: {
        ...world.documents,
        write: async () => await Promise.reject(new DaybookError(code, 'No room.')),
      },
    });
    expect(plain(await owner.run(shell('true')))).toEqual([kind, 'No room.']);
    await owner.close();
  }
  expect(world.calls('RunJobFlow')).toBe(0);
});

test('the intent of a cluster that came and is over goes with its dead owner', async () => {
  const world = await openWorld();
  const { id } = await leftBehind(world, { process: { pid: 900 } });
  await world.emr().terminate(id);
  expect(world.living()).toEqual([]);
  expect(await world.left()).toHaveLength(2);
  await world.owner().reap();
  expect(await world.left()).toEqual([]);
});

test('a process that has nothing for EMR asks it nothing where no dead owner is on record', async () => {
  const world = await openWorld();
  const owner = world.owner();
  await owner.release();
  await owner.close();
  expect(world.server.state().calls).toEqual({});
});

test('what a dead owner left in the scratch goes, and its intents when nothing can come of them', async () => {
  const world = await openWorld();
  await leftBehind(world, { process: { pid: 900 } });
  const token = 'e'.repeat(32);
  const asked = new Date(world.time.surroundings.nowMs()).toISOString();
  const intent = jsonBytes({ format: 1, cluster: token, owner: 'd'.repeat(32), asked });
  await world.documents.write(`${world.scratch}clusters/${token}.json`, intent);
  expect(await world.left()).toHaveLength(3);
  const owner = world.owner();
  await owner.reap();
  expect(await world.left()).toEqual([`clusters/${token}.json`]);
  world.server.advance(3_600);
  await owner.reap();
  expect(await world.left()).toEqual([]);
});

describe('a process', () => {
  test('that was killed is dead, and its id is known from its start', async () => {
    const here = realSurroundings();
    expect(here.process.start).toBe(startOf(process.pid));
    const child = spawn('sleep', ['600']);
    const pid = child.pid ?? 0;
    const start = startOf(pid) ?? '';
    expect(start).not.toBe('');
    const finding = found({ ...here.process, pid, start });
    expect(isDead(finding, here)).toBe(false);
    expect(isDead(found({ ...here.process, pid, start: 'tick 1' }), here)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(startOf(pid)).toBeUndefined();
    expect(isDead(finding, here)).toBe(true);
  });

  test('that nobody has waited for yet is dead all the same', async () => {
    const parent = spawn('bash', ['-c', 'sleep 0.01 & echo $!; exec sleep 600']);
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    await expect.poll(() => startOf(pid)).toBeUndefined();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });
});

const minute = 60_000;

test.each<[string, Partial<OwnerDocument> | 'missing' | 'unreadable', number, boolean]>([
  ['is missing', 'missing', 0, true],
  ['cannot be read', 'unreadable', 0, false],
  ['lives here', {}, 0, false],
  ['lives here and was silent for long', {}, 60 * minute, false],
  ['had an id that nobody has', { pid: 900 }, 0, true],
  ['had an id that nobody has, since an unknown time', { pid: 900, start: 'unknown' }, 0, true],
  ['had an id that another has', { start: 'tick 0' }, 0, true],
  ['had an id that somebody has, since an unknown time', { start: 'unknown' }, 0, false],
  ['is elsewhere', { machine: 'elsewhere' }, 0, false],
  ['is elsewhere and was silent for almost ten minutes', { machine: 'elsewhere' }, 10 * minute - 1, false],
  ['is elsewhere and was silent for ten minutes', { machine: 'elsewhere' }, 10 * minute, true],
  ['is elsewhere and has an id that nobody has here', { machine: 'elsewhere', pid: 900 }, 0, false],
  ['is elsewhere, by a clock that is ahead', { machine: 'elsewhere' }, -5 * minute, false],
])('an owner that %s', (_, document, silentMs, dead) => {
  const here = {
    nowMs: () => Date.UTC(2018, 6, 24) + silentMs,
    process: { host: 'here', machine: 'here', pid: 100, start: 'tick 1' },
    startOf: (pid: number) => (pid === 900 ? undefined : 'tick 1'),
  };
  const finding = typeof document === 'string' ? { kind: document } : found({ ...here.process, ...document });
  expect(isDead(finding, here)).toBe(dead);
});

function found(document: Pick<OwnerDocument, 'host' | 'machine' | 'pid' | 'start'>): OwnerFinding {
  const renewed = '2018-07-24T00:00:00.000Z';
  return {
    kind: 'found',
    document: { format: 1, token: 'a'.repeat(32), began: renewed, renewed, ...document },
  };
}

test('a document that is none is unreadable', async () => {
  const world = await openWorld();
  const token = 'a'.repeat(32);
  for (const text of [
    '',
    '{',
    'null',
    '7',
    '{"format":1}',
    '{"format":1,"machine":"m","pid":1,"start":"s","renewed":"x"}',
  ]) {
    await world.documents.write(ownerUri(world.scratch, token), new TextEncoder().encode(text));
    expect(await readOwner(world.documents, world.scratch, token)).toEqual({ kind: 'unreadable' });
  }
  expect(stepStates(world)).toEqual([]);
});
