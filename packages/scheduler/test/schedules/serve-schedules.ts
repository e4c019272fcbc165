/**
 * A server with one schedule, due at each minute, in a process of its own, to be killed:
 * `node --conditions=daybook-source serve-schedules.ts STATE NOW-MS [RUN POINT]`. Its clock shows NOW-MS until all that fell due
 * before has ended, and goes on from there. It tells the points of each run as it comes to them, and its URL and a token; at POINT of
 * RUN it stands still. To `STATE/submissions` it appends a line for each submission that was answered.
 */
import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createToken, schedulerClient, startSchedules, startScheduler } from '../../src/index.ts';
import { taskOf } from '../requests.ts';

/** Nobody works on it, so that its runs stay open until they are cancelled. */
const never = taskOf('t');

const [state = '', beganMs = '0', heldRun, heldPoint] = process.argv.slice(2);
let watchesSince: number | undefined;
const nowMs = (): number =>
  Number(beganMs) + (watchesSince === undefined ? 0 : Math.floor(performance.now() - watchesSince));

function passes(point: string, run: unknown): void {
  writeSync(1, `${JSON.stringify({ point, run })}\n`);
  if (point === heldPoint && run === heldRun) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const server = await startScheduler({ state, port: 0, log: { level: 'silent' } });
const { token } = createToken(state, 'operator');
const client = schedulerClient({ url: server.url, token });
const schedules = startSchedules({
  schedules: [{ name: 'minutely', task: 'accounting', cron: '* * * * *' }],
  state,
  nowMs,
  log: {
    to: {
      write(line) {
        const { event, run } = JSON.parse(line) as { readonly event: string; readonly run?: string };
        if (event === 'schedule-due' || event === 'schedule-waits') passes('decided', run);
        if (event === 'schedule-ran') passes('kept', run);
      },
    },
  },
  async runOf(run) {
    passes('asks', run);
    const known = await client.run(run);
    passes('knows', run);
    return known;
  },
  async start({ run, again }) {
    passes('starts', run);
    await server.board.port({ kind: 'submit', run, today: '2026-11-02', tasks: [never] });
    appendFileSync(join(state, 'submissions'), `${run} ${again ? 'again' : 'first'}\n`);
    passes('submitted', run);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await server.board.port({ kind: 'cancel', run });
    passes('ends', run);
    return { outcome: 'cancelled' };
  },
});
while (readFileSync(join(state, 'schedules.json'), 'utf8').includes('"openMs"'))
  await new Promise((resolve) => setTimeout(resolve, 5));
watchesSince = performance.now();
writeSync(1, `${JSON.stringify({ point: 'watches', url: server.url, token })}\n`);
process.on('SIGTERM', () => {
  void schedules
    .stop()
    .then(() => server.stop())
    .then(() => client.close());
});
