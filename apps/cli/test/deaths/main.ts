/**
 * Kills real runs on clusters of this machine, and has EMR fail: `--points 40 [--seed 1] [--at-once 2] [--only spot-loss]`.
 * `--points 0` plays all but the kills. Ends with 1 where anything is left behind, or is published as it should not be.
 */
import { parseArgs } from 'node:util';
import { missingFor, spark3 } from '../../../../packages/emr-local/test/spark/spark-kinds.ts';
import type { Deaths } from './deaths.ts';
import { deaths } from './deaths.ts';
import type { CaseOutcome } from './outcome-of-case.ts';
import type { Trial } from './trials.ts';
import { trials } from './trials.ts';
import { undisturbed } from './undisturbed.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const startMs = Date.now();
const seconds = (sinceMs: number): string => ((Date.now() - sinceMs) / 1000).toFixed(1);

type Played = Trial & CaseOutcome;

const missing = missingFor(spark3);
if (missing !== undefined) {
  say(missing);
  process.exitCode = 1;
} else {
  const world = await deaths(spark3);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void world.remove().finally(() => process.exit(130)));
  try {
    await undisturbed(world, true);
    const inPeace = await undisturbed(world);
    say(`left in peace: ${countsText(inPeace.operations)}, ${inPeace.durationMs} ms`);
    const wanted = trials(Number(values.points), inPeace, Number(values.seed)).filter(
      ({ group, text }) => group.includes(values.only) || text.includes(values.only),
    );
    const played = await playAll(world, wanted);
    for (const line of table(played)) say(line);
    process.exitCode = played.length > 0 && played.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
  } finally {
    await world.remove();
  }
}

/** Some wait most of their time, so several are played at once. */
async function playAll(world: Deaths, wanted: readonly Trial[]): Promise<readonly Played[]> {
  const played: Played[] = [];
  const left = [...wanted.entries()];
  const player = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, trial] = next;
      const beganMs = Date.now();
      const outcome = await trial.play(world, `case-${index}`);
      played.push({ ...trial, ...outcome });
      const missed = trial.text.includes('killed') && !outcome.killed ? ' (it had ended before)' : '';
      const wrong = outcome.wrong.map((each) => `\n  WRONG ${each}`).join('');
      say(
        `${played.length}/${wanted.length} ${trial.text}${missed}: ${outcome.clusters} clusters, ${seconds(beganMs)} s${wrong}`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(values['at-once']) }, player));
  return played;
}

function table(played: readonly Played[]): readonly string[] {
  const row = (name: string, some: readonly Played[]): string => {
    const killed = some.filter((each) => each.killed).length;
    const held = some.filter(({ wrong }) => wrong.length === 0).length;
    const clusters = some.reduce((sum, each) => sum + each.clusters, 0);
    const figures = [some.length, killed, clusters, held].map((each) => String(each).padStart(9));
    return `${name.padEnd(38)}${figures.join('')}`;
  };
  const groups = [...Map.groupBy(played, ({ group }) => group)];
  const titles = ['cases', 'killed', 'clusters', 'held'].map((each) => each.padStart(9));
  return [
    '',
    `${''.padEnd(38)}${titles.join('')}`,
    ...groups.map(([name, some]) => row(name, some)),
    row('all', played),
    `${seconds(startMs)} s`,
  ];
}

function countsText(operations: readonly string[]): string {
  const counts = [...Map.groupBy(operations, (each) => each)];
  return counts.map(([operation, calls]) => `${calls.length} ${operation}`).join(', ');
}
