import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FaultKind } from '@daybook/emr-local';
import { describe, expect, test } from 'vitest';
import type { Emr } from '../src/cluster/emr.ts';
import type { StepEnd } from '../src/cluster/steps.ts';
import { openWorld, plain, shell, spotSpec, stepStates, whenRunning, type World } from './world.ts';

const creating = ['RunJobFlow', 'AddJobFlowSteps'] as const;
const doubtful: readonly FaultKind[] = ['error500', 'lost-request', 'lost-answer'];

/** Every name of a cluster and of a step once: nothing was made twice. */
function expectNothingTwice({ server }: World): void {
  const { clusters } = server.state();
  const steps = clusters.flatMap((cluster) => cluster.steps.map(({ name }) => name));
  expect(new Set(clusters.map(({ name }) => name)).size).toBe(clusters.length);
  expect(new Set(steps).size).toBe(steps.length);
}

describe.each(creating)('%s', (operation) => {
  test.each<FaultKind>(['throttle', ...doubtful])('that meets %s is done once', async (kind) => {
    const world = await openWorld({ faults: [{ kind, operation }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(1);
    expect(stepStates(world)).toEqual(['COMPLETED']);
    expect(world.calls(operation)).toBe(kind === 'lost-answer' ? 1 : 2);
  });

  test.each(doubtful)('that meets %s twice in a row is done once', async (kind) => {
    const world = await openWorld({ faults: [{ kind, operation, times: 2 }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(1);
    expect(stepStates(world)).toEqual(['COMPLETED']);
  });

  test('that is never answered ends the step as lost, in bounded time', async () => {
    const world = await openWorld({ faults: [{ kind: 'lost-request', operation, times: 100 }] });
    const began = world.time.surroundings.nowMs();
    expect(plain(await world.owner().run(shell('true')))).toEqual([
      'lost',
      expect.stringMatching(
        /^EMR would not (start a cluster|run a step on cluster j-\w+): .*\(TimeoutError\)\.$/,
      ),
    ]);
    expect(world.time.surroundings.nowMs() - began).toBeLessThan(20 * 60_000);
    world.server.faults.clear();
  });

  test('that is throttled without end is asked for again later and later, and then lost', async () => {
    const world = await openWorld({ faults: [{ kind: 'throttle', operation, times: 100 }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual([
      'lost',
      expect.stringMatching(/Rate exceeded \(ThrottlingException, HTTP 400\)\.$/),
    ]);
    expect(world.calls(operation)).toBe(8);
    world.server.faults.clear();
  });

  test('whose answer is lost is found though listings lag behind', async () => {
    const world = await openWorld({ faults: [{ kind: 'lost-answer', operation }] });
    const owner = world.owner({ wrap: (emr) => lagging(emr, world, 20) });
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.calls(operation)).toBe(1);
  });

  test('whose answer is lost, where nobody tells what became of it, is not sent again', async () => {
    const world = await openWorld({ faults: [{ kind: 'lost-answer', operation }] });
    let dark = true;
    const owner = world.owner({
      wrap: (emr) => withoutLists(emr, () => dark && world.calls(operation) > 0),
    });
    expect(plain(await owner.run(shell('sleep 600')))).toEqual([
      'lost',
      expect.stringContaining('TimeoutError'),
    ]);
    expect(world.calls(operation)).toBe(1);
    dark = false;
  });
});

/** Listings that do not answer while `fails` says so. */
function withoutLists(emr: Emr, fails: () => boolean): Emr {
  const refuse = (): void => {
    if (fails()) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  };
  return {
    ...emr,
    clusters: (which) => (refuse(), emr.clusters(which)),
    steps: (id) => (refuse(), emr.steps(id)),
  };
}

/** Listings that do not show what was made less than so many seconds ago. */
function lagging(emr: Emr, { time }: World, seconds: number): Emr {
  async function* old<T extends { readonly createdMs: number }>(all: AsyncIterable<T>): AsyncIterable<T> {
    for await (const each of all) {
      if (each.createdMs + seconds * 1_000 <= time.surroundings.nowMs()) yield each;
    }
  }
  return { ...emr, clusters: (which) => old(emr.clusters(which)), steps: (id) => old(emr.steps(id)) };
}

test('a cluster that shows up after another was asked for is ended, and the step runs once', async () => {
  const world = await openWorld({ faults: [{ kind: 'lost-answer', operation: 'RunJobFlow' }] });
  const cluster = { idleMinutes: 600 };
  const owner = world.owner({ cluster, wrap: (emr) => lagging(emr, world, 90) });
  expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
  expect(world.living()).toHaveLength(2);
  expect(stepStates(world)).toEqual(['COMPLETED']);
  await owner.release();
  expect(world.living()).toEqual([]);
});

test('a copy of a step that shows up late is stopped', async () => {
  const world = await openWorld({ faults: [{ kind: 'lost-answer', operation: 'AddJobFlowSteps' }] });
  const options = { stepConcurrency: 1 };
  const mark = fileURLToPath(`${world.scratch}first`);
  const owner = world.owner({
    options,
    wrap: (emr) => {
      const late = lagging(emr, world, 90);
      return {
        ...late,
        // Nothing is shown before the copy's program has begun.
        async *steps(id) {
          if (existsSync(mark)) yield* late.steps(id);
        },
      };
    },
  });
  // The copy that was asked for first is not known. It runs before the other, and would go on for long.
  const end = await owner.run(shell(`if mkdir ${mark}; then sleep 600; fi`));
  expect(plain(end)).toEqual(['completed']);
  expect(stepStates(world)).toEqual(['CANCELLED', 'COMPLETED']);
});

test('a cluster that is being started while what is left of an answer is looked for is kept', async () => {
  const world = await openWorld({ faults: [{ kind: 'lost-answer', operation: 'RunJobFlow' }] });
  const listed = Promise.withResolvers<void>();
  let next: Promise<StepEnd> | undefined;
  const owner = world.owner({
    wrap: (emr) => ({
      ...emr,
      runCluster: async (request) => {
        const id = await emr.runCluster(request);
        // The cluster is there, and its id is not known yet.
        await listed.promise;
        return id;
      },
      async *clusters(which) {
        if (which === 'living' && releasing) {
          next ??= owner.run(shell('true'));
          await expect.poll(() => world.calls('RunJobFlow')).toBe(2);
        }
        yield* emr.clusters(which);
      },
    }),
  });
  let releasing = false;
  expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
  releasing = true;
  await owner.release();
  listed.resolve();
  expect(plain(await next!)).toEqual(['completed']);
  expect(world.server.state().clusters).toHaveLength(2);
  releasing = false;
});

describe('a cluster', () => {
  test('that ends for idleness as it takes a step is replaced, before it was ready too', async () => {
    const world = await openWorld({ faults: [{ kind: 'idle-race' }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual(['completed']);
    expect(stepStates(world)).toEqual(['CANCELLED', 'COMPLETED']);
  });

  test('that was ready and ends for idleness as it takes a step is replaced, and the step runs', async () => {
    const world = await openWorld();
    const owner = world.owner();
    await owner.run(shell('true'));
    world.server.addFault({ kind: 'idle-race' });
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(stepStates(world)).toEqual(['COMPLETED', 'CANCELLED', 'COMPLETED']);
  });

  test('that has ended for idleness is replaced', async () => {
    const world = await openWorld();
    const owner = world.owner();
    await owner.run(shell('true'));
    world.server.advance(301);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
  });

  test('that ends each time before a step begins is replaced twice, and then the step is lost', async () => {
    const world = await openWorld({ faults: [{ kind: 'idle-race', times: 3 }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual([
      'lost',
      expect.stringMatching(/^3 clusters ended before it began\. .*auto-termination policy/),
    ]);
    expect(world.server.state().clusters).toHaveLength(3);
  });

  test('that starts slowly is waited for', async () => {
    const world = await openWorld({ faults: [{ kind: 'slow-start', seconds: 1_800 }] });
    expect(plain(await world.owner().run(shell('true')))).toEqual(['completed']);
  });

  test('whose bootstrap action fails loses its steps, with the cause, and the next step has another', async () => {
    const world = await openWorld({ faults: [{ kind: 'bootstrap-failure' }] });
    const owner = world.owner();
    expect(plain(await owner.run(shell('true')))).toEqual([
      'lost',
      expect.stringMatching(
        /^Its cluster ended: On the master instance .*non-zero return code \(BOOTSTRAP_FAILURE\)\.$/,
      ),
    ]);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
  });

  test('that loses its spot instances loses the step that ran, and ends with its others; the next has another', async () => {
    const world = await openWorld();
    const owner = world.owner({ cluster: spotSpec });
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 600', { looked }));
    await running;
    const [{ id } = { id: '' }] = world.server.state().clusters;
    world.server.addFault({ kind: 'spot-loss', cluster: id });
    expect(plain(await end)).toEqual(['lost', 'Its instances were lost.']);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
    await expect.poll(() => world.living()).not.toContain(id);
  });

  test.each([
    ['spot-loss', { endsCluster: true }, 'All spot instances were terminated'],
    ['master-loss', {}, 'The master node was terminated'],
  ] as const)(
    'that ends by %s loses the step that ran, and the next has another',
    async (kind, more, cause) => {
      const world = await openWorld();
      const owner = world.owner({ cluster: spotSpec });
      const { looked, running } = whenRunning();
      const ends = [owner.run(shell('sleep 600', { looked })), owner.run(shell('sleep 600'))];
      await running;
      world.server.addFault({ kind, cluster: world.server.state().clusters[0]!.id, ...more });
      for (const end of await Promise.all(ends)) {
        expect(plain(end)).toEqual(['lost', `Its cluster ended: ${cause} (INSTANCE_FAILURE).`]);
      }
      expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
      expect(world.server.state().clusters).toHaveLength(2);
    },
  );

  test('that somebody else ends loses the step that ran; one that had not begun runs on another', async () => {
    const world = await openWorld();
    const owner = world.owner({ options: { stepConcurrency: 1 } });
    const { looked, running } = whenRunning();
    const first = owner.run(shell('sleep 600', { looked }));
    const second = owner.run(shell('true'));
    await running;
    await world.emr().terminate(world.server.state().clusters[0]!.id);
    expect(plain(await first)).toEqual([
      'lost',
      'Its cluster ended: Terminated by user request (USER_REQUEST).',
    ]);
    expect(plain(await second)).toEqual(['completed']);
  });

  test('with 256 steps is full: the next goes to another, and this one ends when its steps have', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const stop = new AbortController();
    const many = Array.from(
      { length: 256 },
      async () => await owner.run(shell('sleep 600', { signal: stop.signal })),
    );
    await expect.poll(() => stepStates(world).length).toBe(256);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
    stop.abort();
    expect(new Set((await Promise.all(many)).map(({ kind }) => kind))).toEqual(new Set(['cancelled']));
    await expect.poll(() => world.living()).toEqual([world.server.state().clusters[1]!.id]);
  });

  test('whose step somebody else cancels loses that step alone', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 600', { looked }));
    await running;
    const { id, steps } = world.server.state().clusters[0]!;
    await world.emr().cancel(id, [steps[0]!.id], 'TERMINATE_PROCESS');
    expect(plain(await end)).toEqual(['lost', 'Somebody else cancelled it.']);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(2);
  });
});

describe('what EMR refuses', () => {
  test('of a cluster is refused at once, in its own words', async () => {
    const world = await openWorld();
    const refusing = world.owner({
      wrap: (emr) => ({
        ...emr,
        runCluster: async (request) => await emr.runCluster({ ...request, ServiceRole: undefined }),
      }),
    });
    expect(plain(await refusing.run(shell('true')))).toEqual([
      'refused',
      'EMR would not start a cluster: ServiceRole is required for creating cluster (ValidationException, HTTP 400).',
    ]);
    expect(world.calls('RunJobFlow')).toBe(1);
  });

  test('of a step is refused, and the cluster is kept', async () => {
    const world = await openWorld();
    const owner = world.owner();
    const end = await owner.run(shell('true', { arguments: ['x'.repeat(10_000), 'y'.repeat(241)] }));
    expect(plain(end)).toEqual([
      'refused',
      expect.stringContaining('cannot exceed a total of 10240 characters'),
    ]);
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    expect(world.server.state().clusters).toHaveLength(1);
  });

  test('behind the answer, in the reason of the cluster, is refused too', async () => {
    const world = await openWorld({ faults: [{ kind: 'bootstrap-failure' }] });
    const owner = world.owner({
      wrap: (emr) => ({
        ...emr,
        describe: async (id) => {
          const view = await emr.describe(id);
          return view.code === undefined
            ? view
            : {
                ...view,
                code: 'VALIDATION_ERROR',
                message: 'Service role X has insufficient EC2 permissions',
              };
        },
      }),
    });
    expect(plain(await owner.run(shell('true')))).toEqual([
      'refused',
      'Its cluster ended: Service role X has insufficient EC2 permissions (VALIDATION_ERROR).',
    ]);
    expect(world.calls('RunJobFlow')).toBe(1);
  });
});

describe('EMR that does not answer', () => {
  test('for some minutes does not matter to a step that runs', async () => {
    const world = await openWorld();
    let failures = 0;
    const owner = world.owner({
      wrap: (emr) => ({
        ...emr,
        describe: async (id) => {
          failures += 1;
          if (failures < 10) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
          return await emr.describe(id);
        },
      }),
    });
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
  });

  test('for ten minutes loses the step, and closing says which cluster may be left', async () => {
    const world = await openWorld();
    let dark = false;
    const owner = world.owner({
      left: true,
      wrap: (emr) => darkening(emr, () => dark),
    });
    const { looked, running } = whenRunning();
    const end = owner.run(shell('sleep 600', { looked }));
    await running;
    dark = true;
    expect(plain(await end)).toEqual([
      'lost',
      expect.stringMatching(/^EMR would not tell of cluster j-\w+: refused/),
    ]);
    const began = world.time.surroundings.nowMs();
    await expect(owner.close()).rejects.toMatchObject({
      code: 'job-failed',
      message: expect.stringMatching(
        /^Cluster j-\w+ is not known to have ended\. EMR would not end it: .*ECONNREFUSED.*emr reap/,
      ),
    });
    expect(world.time.surroundings.nowMs() - began).toBeLessThan(5 * 60_000);
    // The owner is still told of: whoever comes next knows whose it is.
    expect((await world.left()).filter((uri) => uri.startsWith('owners/'))).toHaveLength(1);
    dark = false;
    await owner.close();
    expect(world.living()).toEqual([]);
    expect(await world.left()).toEqual([]);
  });

  test.each(['lost-answer', 'lost-request', 'error500', 'throttle'] as const)(
    'to the end of a cluster, by %s, is asked again',
    async (kind) => {
      const world = await openWorld();
      const owner = world.owner();
      await owner.run(shell('true'));
      world.server.addFault({ kind, operation: 'TerminateJobFlows', times: 3 });
      await owner.close();
      expect(world.living()).toEqual([]);
    },
  );
});

function darkening(emr: Emr, isDark: () => boolean): Emr {
  const refuse = (): void => {
    if (isDark()) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  };
  return {
    ...emr,
    describe: async (id) => (refuse(), await emr.describe(id)),
    terminate: async (id) => (refuse(), await emr.terminate(id)),
    cancel: async (...given) => (refuse(), await emr.cancel(...given)),
    clusters: (which) => (refuse(), emr.clusters(which)),
  };
}

test('each fault on each reading call is outlived', async () => {
  for (const operation of ['DescribeCluster', 'ListSteps', 'ListClusters', 'ListInstances', 'CancelSteps']) {
    for (const kind of ['throttle', ...doubtful] as const) {
      const world = await openWorld({ faults: [{ kind, operation }] });
      const owner = world.owner();
      expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
      await owner.close();
      expectNothingTwice(world);
    }
  }
});
