import { DaybookError } from '@daybook/core';
import { seededRandom } from '@daybook/core/testing';
import { expect, test } from 'vitest';
import type { Look } from './oracle.ts';
import { toldOf } from './oracle.ts';
import { hour, minute, world } from './world.ts';

const seeds = 40;

/** Lives and deaths of any length, another clock after each, runs of any length and any end, and starts that fail. */
async function hold(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const made = world('2026-11-02T05:58:30Z');
  const periodMs = random.pick([5, 10, 15]) * minute;
  const overlap = random.pick(['queue', 'skip'] as const);
  const schedule = { name: 's', task: 'accounting', cron: `*/${periodMs / minute} * * * *`, overlap };
  const failing = random.oneIn(2);
  made.goes = () => ({
    minutes: (random.fraction() * 2 * periodMs) / minute,
    outcome: random.pick(['ok', 'failed']),
  });
  made.fails = () => {
    if (failing && random.oneIn(3)) throw new DaybookError('target-failed', 'The target is away.');
  };
  const looks: Look[] = [];
  for (let life = 0; life < 5; life += 1) {
    const [beganMs, aheadMs] = [made.clock.ranMs(), made.clock.nowMs() - made.clock.ranMs()];
    const { kill } = made.begin([schedule]);
    await made.clock.pass(random.below(hour));
    kill();
    const endMs = made.clock.ranMs();
    looks.push({ ranMs: beganMs, nowMs: beganMs + aheadMs });
    const first = Math.floor((beganMs + aheadMs) / periodMs) * periodMs + periodMs;
    for (let nowMs = first; nowMs - aheadMs <= endMs; nowMs += periodMs)
      looks.push({ ranMs: nowMs - aheadMs, nowMs });
    await made.clock.pass(random.below(hour));
    if (random.oneIn(2)) made.clock.set(random.below(4 * hour) - 2 * hour);
  }
  const lines = made.lines.filter(({ due }) => due !== undefined);
  const ends = made.lines.filter(({ event }) => event === 'schedule-ran');
  const told = lines.map(({ event, due }) => `${event} ${String(due)}`);
  const endsMs = ends.map(({ ranMs }) => Number(ranMs));
  expect({ seed, told }).toEqual({ seed, told: toldOf(looks, endsMs, periodMs, overlap) });
  for (const { run, ranMs } of ends) {
    const endedMs = made.runs.get(String(run))?.endsMs ?? Infinity;
    expect(ranMs).toBeGreaterThanOrEqual(endedMs);
    const beganAfterMs = looks.find((look) => look.ranMs >= endedMs)?.ranMs;
    if (!failing && ranMs !== endedMs) expect(ranMs).toBe(beganAfterMs);
  }
  for (const { submissions } of made.runs.values())
    expect({ seed, submissions: submissions.filter((again) => !again) }).toEqual({
      seed,
      submissions: [false],
    });
  expect(made.submitted()).toEqual(made.submitted().toSorted());
}

test('whatever happens, each due time is decided on once and as the rules say', async () => {
  for (let seed = 1; seed <= seeds; seed += 1) await hold(seed);
});
