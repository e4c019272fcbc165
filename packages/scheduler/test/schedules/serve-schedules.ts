/**
 * A server with one schedule, due at each minute of a clock that is ahead of the machine's, in a process of its own, to be killed:
 * `node --conditions=daybook-source serve-schedules.ts STATE AHEAD-MS`. It tells the next due time, its URL
 * and a token, and appends a line to `STATE/submissions` for each submission that was answered.
 */
import { appendFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createToken, schedulerClient, startSchedules, startScheduler } from '../../src/index.ts';
import { taskOf } from '../requests.ts';

/** Nobody works on it, so that its runs stay open. */
const never = taskOf('t');

const [state = '', aheadMs = '0'] = process.argv.slice(2);
const log = { level: 'silent' } as const;
const server = await startScheduler({ state, port: 0, log });
const { token } = createToken(state, 'operator');
const client = schedulerClient({ url: server.url, token });
const schedules = startSchedules({
  schedules: [{ name: 'minutely', task: 'accounting', cron: '* * * * *' }],
  state,
  nowMs: () => Date.now() + Number(aheadMs),
  log,
  runOf: (run) => client.run(run),
  async start({ run, again }) {
    await server.board.port({ kind: 'submit', run, today: '2026-11-02', tasks: [never] });
    appendFileSync(join(state, 'submissions'), `${run} ${again ? 'again' : 'first'}\n`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { outcome: 'ok' };
  },
});
writeSync(1, `${JSON.stringify({ nextMs: schedules.next()[0]?.atMs, url: server.url, token })}\n`);
process.on('SIGTERM', () => {
  void schedules
    .stop()
    .then(() => server.stop())
    .then(() => client.close());
});
