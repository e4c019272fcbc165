/** Closes a month in a bucket, eight processes at once, in a bad network: `--rounds 100 [--from 0] [--server moto]`. */
import { parseArgs } from 'node:util';
import { serverKinds } from '../../../../packages/target-s3/test/servers/server-kinds.ts';
import { startServer } from '../../../../packages/target-s3/test/servers/start-server.ts';
import { storm } from './storm.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    from: { type: 'string', default: '0' },
    server: { type: 'string' },
  },
});
const kinds = serverKinds.filter(({ name }) => values.server === undefined || name === values.server);
const [from, count] = [Number(values.from), Number(values.rounds)];
const startMs = Date.now();
let [killed, requests, failed] = [0, 0, 0];
for (const [index, kind] of kinds.entries()) {
  const server = await startServer(kind);
  const rounds = await storm(server.endpoint);
  // The seeds are shared among the servers.
  for (let seed = from + index; seed < from + count; seed += kinds.length) {
    const round = await rounds.round(seed);
    killed += round.killed;
    requests += round.requests;
    if (round.wrong.length > 0) failed += 1;
    const wrong = round.wrong.map((each) => `\n  WRONG ${each}`).join('');
    process.stdout.write(
      `${kind.name} ${seed}: ${round.killed} killed, ${round.requests} requests${wrong}\n`,
    );
  }
  rounds.remove();
  await server.stop();
}
const seconds = ((Date.now() - startMs) / 1000).toFixed(1);
process.stdout.write(
  `${count} rounds, ${killed} killed, ${requests} requests, ${seconds} s, ${failed} failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
