/** Closes a month with a scheduler and four workers that are killed and stopped: `--rounds 30 [--from 0]`. */
import { parseArgs } from 'node:util';
import { crowd } from './crowd.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, from: { type: 'string', default: '0' } },
});
const startMs = Date.now();
const seconds = (sinceMs: number): string => ((Date.now() - sinceMs) / 1000).toFixed(1);
const rounds = await crowd({ leastMs: 10_000, mostMs: 25_000 });
const total = { killed: 0, stopped: 0, requests: 0, lostAnswers: 0, attempts: 0, lost: 0 };
const text = (each: typeof total): string =>
  `${each.killed} killed, ${each.stopped} stopped, ${each.requests} requests, ${each.lostAnswers} answers lost, ${each.attempts} attempts, ${each.lost} of them lost`;
let failed = 0;
for (let seed = Number(values.from); seed < Number(values.from) + Number(values.rounds); seed += 1) {
  const beganMs = Date.now();
  const round = await rounds.round(seed);
  for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += round[name];
  if (round.wrong.length > 0) failed += 1;
  const wrong = round.wrong
    .slice(0, 20)
    .map((each) => `\n  WRONG ${each}`)
    .join('');
  process.stdout.write(`round ${seed}: ${text(round)}, ${seconds(beganMs)} s${wrong}\n`);
}
if (failed === 0) rounds.remove();
process.stdout.write(`${values.rounds} rounds, ${text(total)}, ${seconds(startMs)} s, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
