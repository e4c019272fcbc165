import { expect, test } from 'vitest';
import type { StepEnd } from '../src/cluster/steps.ts';
import { openWorld, shell, spotSpec, type World } from './world.ts';

const seeds = Number(process.env['RUNNER_EMR_SEEDS'] ?? 30);
const waves = 3;

/** Programs and what they come to where nothing goes wrong. */
const programs = [
  ['true', 'completed'],
  ['exit 3', 'failed'],
  ['sleep 0.02', 'completed'],
] as const;

interface Told {
  readonly kind: StepEnd['kind'];
  readonly expected: 'completed' | 'failed';
  readonly aborted: boolean;
}

/** Waves of steps while faults come by seed, some of them aborted, with a release or none behind each wave. */
async function live(world: World, random: () => number): Promise<readonly Told[]> {
  const owner = world.owner({
    cluster: spotSpec,
    options: { stepConcurrency: 1 + Math.floor(random() * 4) },
    patience: { silentMs: 3_600_000 },
    left: true,
  });
  const told: Told[] = [];
  for (let wave = 0; wave < waves; wave += 1) {
    const count = 1 + Math.floor(random() * 5);
    const runs = Array.from({ length: count }, async () => {
      const [line, expected] = programs[Math.floor(random() * programs.length)]!;
      const stop = new AbortController();
      const abortsAt = random() < 0.2 ? 1 + Math.floor(random() * 4) : 0;
      let looks = 0;
      const end = await owner.run(
        shell(line, {
          signal: stop.signal,
          looked: async () => {
            looks += 1;
            if (looks === abortsAt) stop.abort();
          },
        }),
      );
      told.push({ kind: end.kind, expected, aborted: stop.signal.aborted });
    });
    await Promise.all(runs);
    if (random() < 0.5) await owner.release();
  }
  world.server.faults.clear();
  for (let tries = 1; ; tries += 1) {
    try {
      await owner.close();
      break;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
  return told;
}

test(
  `${seeds} seeded lives end every step once, and leave no cluster and no document`,
  { timeout: 600_000 },
  async () => {
    const ends: Record<string, number> = {};
    let faults = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const world = await openWorld({
        seed,
        faultRate: seed % 3 === 0 ? 0.05 : 0.02,
        onRequest: ({ fault }) => {
          if (fault !== undefined) faults += 1;
        },
      });
      let state = seed * 7_919;
      const told = await live(world, () => {
        state = (state * 48_271) % 2_147_483_647;
        return state / 2_147_483_647;
      });
      for (const { kind, expected, aborted } of told) {
        ends[kind] = (ends[kind] ?? 0) + 1;
        const allowed = [expected, 'lost', ...(aborted ? ['cancelled'] : [])];
        expect(allowed, `seed ${seed}`).toContain(kind);
      }
      expect(world.living(), `seed ${seed}`).toEqual([]);
      expect(await world.left(), `seed ${seed}`).toEqual([]);
      const active = world.server
        .state()
        .clusters.flatMap(({ steps }) => steps.filter(({ ended }) => ended === null));
      expect(active, `seed ${seed}`).toEqual([]);
      await world.close();
    }
    process.stdout.write(`seeds ${seeds}, faults ${faults}, ends ${JSON.stringify(ends)}\n`);
    expect(ends['completed']).toBeGreaterThan(seeds);
    expect(faults).toBeGreaterThan(seeds);
  },
);
