import { describe, expect, test } from 'vitest';
import type { Emr } from '../src/cluster/emr.ts';
import type { StepService } from '../src/cluster/steps.ts';
import type { Documents } from '../src/documents.ts';
import { openWorld, plain, shell, type World } from './world.ts';

/** A process that dies at one of its calls, to EMR or to the scratch: before it is sent, or when it is done and not answered. */
interface Mortal {
  /** How often it has called. */
  calls(): number;
  readonly died: Promise<void>;
  isDead(): boolean;
  readonly service: StepService;
}

function mortal(world: World, dieAt: number, when: 'before' | 'behind'): Mortal {
  const died = Promise.withResolvers<void>();
  let calls = 0;
  let dead = false;
  const never = async (): Promise<never> => {
    dead = true;
    died.resolve();
    return await new Promise<never>(() => undefined);
  };
  const calling = async <T>(act: () => Promise<T>): Promise<T> => {
    if (dead) return await never();
    calls += 1;
    const last = calls === dieAt;
    if (last && when === 'before') return await never();
    const value = await act();
    return last || dead ? await never() : value;
  };
  async function* listing<T>(all: () => AsyncIterable<T>): AsyncIterable<T> {
    const found = await calling(async () => {
      const list: T[] = [];
      for await (const each of all()) list.push(each);
      return list;
    });
    yield* found;
  }
  const mortalEmr = (emr: Emr): Emr => ({
    ...emr,
    runCluster: async (request) => await calling(async () => await emr.runCluster(request)),
    addStep: async (...given) => await calling(async () => await emr.addStep(...given)),
    describe: async (id) => await calling(async () => await emr.describe(id)),
    clusters: (which) => listing(() => emr.clusters(which)),
    steps: (id) => listing(() => emr.steps(id)),
    instances: (id) => listing(() => emr.instances(id)),
    terminate: async (id) => await calling(async () => await emr.terminate(id)),
  });
  const documents: Documents = {
    read: async (uri) => await calling(async () => await world.documents.read(uri)),
    write: async (uri, bytes) => await calling(async () => await world.documents.write(uri, bytes)),
    list: (prefix) => listing(() => world.documents.list(prefix)),
    remove: async (uri) => await calling(async () => await world.documents.remove(uri)),
  };
  const service = world.owner({
    wrap: mortalEmr,
    documents,
    process: { pid: 900 },
    startOf: () => (dead ? undefined : 'tick 1'),
    left: true,
  });
  return { calls: () => calls, died: died.promise, isDead: () => dead, service };
}

/** What a process does from its beginning to its end. */
async function wholeLife(service: StepService): Promise<void> {
  await Promise.all([service.run(shell('true')), service.run(shell('exit 3'))]);
  await service.release();
  await service.run(shell('true'));
  await service.close();
}

/** Each call of a whole life, as it was counted in one that was not disturbed. */
async function pointsOf(): Promise<number> {
  const world = await openWorld();
  const { service, calls } = mortal(world, Infinity, 'before');
  await wholeLife(service);
  return calls();
}

describe.each(['before', 'behind'] as const)('a process that dies %s one of its calls', (when) => {
  test('leaves nothing that the next one does not end', { timeout: 180_000 }, async () => {
    const points = await pointsOf();
    let deaths = 0;
    for (let dieAt = 1; dieAt <= points; dieAt += 1) {
      const world = await openWorld();
      const { service, died, isDead } = mortal(world, dieAt, when);
      await Promise.race([died, wholeLife(service)]);
      // Some calls depend on how long programs took: a life may have one less.
      if (!isDead()) {
        await world.close();
        continue;
      }
      deaths += 1;
      const next = world.owner({
        process: { pid: 101 },
        startOf: (pid) => (pid === 900 ? undefined : 'tick 1'),
      });
      // Every other time it only looks.
      if (dieAt % 2 === 0) await next.reap();
      else expect(plain(await next.run(shell('true')))).toEqual(['completed']);
      await next.close();
      expect(world.living(), `${when} call ${dieAt}`).toEqual([]);
      const left = (await world.left()).filter((uri) => !uri.startsWith('clusters/'));
      expect(left, `${when} call ${dieAt}`).toEqual([]);
      await world.close();
    }
    process.stdout.write(`deaths ${when} a call: ${deaths}, of ${points} points\n`);
    expect(deaths).toBeGreaterThan(20);
  });
});
