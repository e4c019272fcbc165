/** Kills real runs: `--rounds 50 [--from 0]` says which rounds end otherwise than a run left in peace. */
import { parseArgs } from 'node:util';
import { crashRounds } from './crash-rounds.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, from: { type: 'string', default: '0' } },
});
const startMs = Date.now();
const rounds = await crashRounds();
let [killed, failed] = [0, 0];
for (let seed = Number(values.from); seed < Number(values.from) + Number(values.rounds); seed += 1) {
  const { deaths, wrong } = await rounds.round(seed);
  killed += deaths.filter((death) => !death.startsWith('not reached')).length;
  if (wrong.length > 0) failed += 1;
  process.stdout.write(
    `round ${seed}: ${deaths.join(', ')}${wrong.map((each) => `\n  WRONG ${each}`).join('')}\n`,
  );
}
rounds.remove();
const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
process.stdout.write(`${values.rounds} rounds, ${killed} killed, ${seconds} s, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
