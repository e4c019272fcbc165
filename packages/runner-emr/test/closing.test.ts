import { describe, expect, test } from 'vitest';
import type { Emr } from '../src/cluster/emr.ts';
import { leftBehind, openWorld, plain, shell } from './world.ts';

describe('where EMR lists no clusters for want of a right', () => {
  const unlisted = (emr: Emr): Emr => ({
    ...emr,
    clusters: () => {
      throw Object.assign(new Error('Not authorized.'), {
        name: 'AccessDeniedException',
        $metadata: { httpStatusCode: 400 },
      });
    },
  });

  test('a process ends its own all the same, and is no owner any more', async () => {
    const world = await openWorld();
    await leftBehind(world, { process: { pid: 900 } });
    const owner = world.owner({ wrap: unlisted });
    expect(plain(await owner.run(shell('true')))).toEqual(['completed']);
    await owner.close();
    expect(world.living()).toHaveLength(1);
    expect((await world.left()).filter((uri) => uri.startsWith('owners/'))).toHaveLength(1);
    await world.owner().reap();
  });

  test('one without work for EMR is not troubled by what a dead one left', async () => {
    const world = await openWorld();
    await leftBehind(world, { process: { pid: 900 } });
    const owner = world.owner({ wrap: unlisted });
    await owner.release();
    await owner.close();
    await world.owner().reap();
  });

  test('a process whose answer was lost stays on record, for it may have another', async () => {
    const world = await openWorld({ faults: [{ kind: 'lost-answer', operation: 'RunJobFlow' }] });
    const owner = world.owner({ wrap: unlisted, left: true });
    expect(plain(await owner.run(shell('true')))).toEqual(['lost', expect.any(String)]);
    await expect(owner.close()).rejects.toMatchObject({
      code: 'job-failed',
      message: expect.stringMatching(/^EMR would not look for what a lost answer left: Not authorized/),
    });
    expect((await world.left()).filter((uri) => uri.startsWith('owners/'))).toHaveLength(1);
    await world.owner({ startOf: () => undefined }).reap();
  });
});

test('a cluster of a dead owner that will not end is named, and this process is no owner any more', async () => {
  const world = await openWorld();
  const { id } = await leftBehind(world, { process: { pid: 900 } });
  const owner = world.owner({
    left: true,
    wrap: (emr) => ({
      ...emr,
      terminate: async (ended) => {
        if (ended !== id) return await emr.terminate(ended);
        throw Object.assign(new Error('Not yours.'), {
          name: 'AccessDeniedException',
          $metadata: { httpStatusCode: 400 },
        });
      },
    }),
  });
  await owner.run(shell('true'));
  await expect(owner.close()).rejects.toThrow(`Cluster ${id} is not known to have ended.`);
  expect((await world.left()).filter((uri) => uri.startsWith('owners/'))).toHaveLength(1);
  await world.owner().reap();
});
