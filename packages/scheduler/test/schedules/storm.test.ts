import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Schedule } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { seededRandom } from '@daybook/core/testing';
import { expect, test } from 'vitest';
import type { World } from './world.ts';
import { hour, minute, world } from './world.ts';

const seeds = 20;
const overlaps = ['queue', 'skip'] as const;

/**
 * Several schedules through lives that are stopped or killed at any place, while calls take their time and fail, the state folder
 * cannot be written, and the clock is set. In the end all is well, and what must hold whatever happens is looked at.
 */
async function weather(seed: number): Promise<{ readonly made: World; readonly calmMs: number }> {
  const random = seededRandom(seed);
  const made = world('2026-11-02T05:58:30Z');
  const schedules = Array.from({ length: 1 + random.below(3) }, (_, index): Schedule => {
    const cron = `*/${random.pick([5, 10, 15])} * * * *`;
    return { name: `s${index}`, task: 'accounting', cron, overlap: random.pick(overlaps) };
  });
  let calm = false;
  const [slow, faulty] = [random.below(20 * minute), random.oneIn(2)];
  const fail = (): void => {
    if (calm || !faulty || !random.oneIn(4)) return;
    throw new DaybookError(random.pick(['target-failed', 'parameter-invalid']), 'The weather is bad.');
  };
  made.goes = () => ({ minutes: random.fraction() * 25, outcome: random.pick(['ok', 'failed'] as const) });
  made.takesMs = () => (calm || random.oneIn(2) ? 0 : random.below(1 + slow));
  [made.fails, made.loses] = [fail, fail];
  made.unknowable = () => {
    if (!calm && faulty && random.oneIn(4)) throw new DaybookError('write-failed', 'The journal is away.');
  };
  for (let life = 0; life < 6; life += 1) {
    const killAt = random.oneIn(2) ? made.points() + 1 + random.below(200) : undefined;
    const { kill, schedules: watched } = made.begin(schedules, killAt === undefined ? {} : { killAt });
    const inTheWay = join(made.state(), 'schedules.json.new');
    for (let part = 0; part < 4; part += 1) {
      if (random.oneIn(4)) mkdirSync(inTheWay, { recursive: true });
      await made.clock.pass(random.below(30 * minute));
      rmSync(inTheWay, { recursive: true, force: true });
      if (random.oneIn(6)) made.clock.set(random.below(4 * hour) - 2 * hour);
    }
    if (random.oneIn(2)) void watched.stop();
    await made.clock.pass(random.below(20 * minute));
    kill();
    if (random.oneIn(2)) await made.clock.pass(random.below(hour));
  }
  calm = true;
  const calmMs = made.clock.ranMs();
  made.begin(schedules);
  await made.clock.pass(5 * hour);
  return { made, calmMs };
}

test.each(Array.from({ length: seeds }, (_, index) => index + 1))(
  'in any weather each due time is decided on once, and its run is new once and never beside another (%i)',
  async (seed) => {
    const { made, calmMs } = await weather(seed);
    expect(made.faults).toEqual([]);
    for (const { run, submissions } of made.runs.values())
      expect({ run, submissions }).toEqual({ run, submissions: submissions.map((_, index) => index > 0) });
    for (const name of ['s0', 's1', 's2']) {
      const lines = made.lines.filter(({ schedule }) => schedule === name);
      const dues = lines.flatMap(({ due }) => (due === undefined ? [] : [String(due)]));
      const ends = lines.filter(({ event }) => event === 'schedule-ran').map(({ run }) => String(run));
      const submitted = made.submitted().filter((run) => run.endsWith(name));
      for (const each of [dues, ends, submitted]) expect(each).toEqual([...new Set(each)].toSorted());
      // Once nothing fails, what was decided is done; of what came before a line may have died with its process.
      const replaced = new Set(lines.map(({ insteadOf }) => insteadOf));
      const owed = lines.filter(
        ({ event, due, ranMs }) =>
          ['schedule-due', 'schedule-waits'].includes(event) && ranMs > calmMs && !replaced.has(due),
      );
      for (const { run } of owed.slice(0, -1)) expect(submitted).toContain(run);
      if (lines.length > 0) expect(owed.length).toBeGreaterThan(5);
    }
  },
);
