import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from '@daybook/core';
import { expect, test } from 'vitest';
import type { World } from './world.ts';
import { minute, world } from './world.ts';

const schedules: readonly Schedule[] = [
  { name: 'queued', task: 'accounting', cron: '*/10 * * * *' },
  { name: 'skipped', task: 'accounting', cron: '*/10 * * * *', overlap: 'skip' },
];

/** A while in which one run takes longer than the next due time is away, and the process is killed at one place, if at all. */
async function killedAt(killAt: number | undefined): Promise<World> {
  const made = world('2026-11-02T05:58:30Z');
  made.goes = (run) => ({ minutes: run.includes('T0610') ? 14 : 7.3, outcome: 'ok' });
  const begin = (): void => void made.begin(schedules);
  const killed = (): void => void made.clock.timer(1000, begin);
  made.begin(schedules, killAt === undefined ? {} : { killAt, killed });
  await made.clock.pass(45 * minute);
  return made;
}

const submissionsOf = (made: World): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...made.runs.values()].map(({ run, submissions }) => [
      run,
      submissions.filter((again) => !again).length,
    ]),
  );

const stateOf = (made: World): unknown =>
  JSON.parse(readFileSync(join(made.state(), 'schedules.json'), 'utf8'));

test('a process that is killed at any place and begins again leaves no run out and runs none twice', async () => {
  const alive = await killedAt(undefined);
  const expected = submissionsOf(alive);
  expect(Object.keys(expected)).toHaveLength(9);
  expect(new Set(Object.values(expected))).toEqual(new Set([1]));
  for (let killAt = 1; killAt <= alive.points(); killAt += 1) {
    const made = await killedAt(killAt);
    expect({ killAt, runs: submissionsOf(made) }).toEqual({ killAt, runs: expected });
    expect({ killAt, state: stateOf(made) }).toEqual({ killAt, state: stateOf(alive) });
  }
});
