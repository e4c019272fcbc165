import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@daybook/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { schedulerClient } from '../../src/index.ts';
import { scheduledRun } from '../../src/schedules/standing.ts';
import { emptyFolder } from '../running.ts';
import { minute } from './world.ts';

const rounds = 8;
const startsInMs = 1200;

interface Serving {
  readonly nextMs: number;
  readonly url: string;
  readonly token: string;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** A server with a schedule for each minute, whose clock is ahead. */
async function serving(state: string, aheadMs: number): Promise<Serving> {
  const script = fileURLToPath(new URL('serve-schedules.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=daybook-source', script, state, String(aheadMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    ...(JSON.parse(line.toString()) as Omit<Serving, 'end'>),
    async end(signal) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

/** Each process is killed about when a run falls due, and the clock of the one after it is a minute further. */
test('servers that are killed around due times submit each run, and none a second time as if it were new', async () => {
  const state = emptyFolder();
  const random = seededRandom(7);
  const due = new Set<string>();
  let dueMs = Date.parse('2026-11-02T06:00:00Z');
  for (let round = 0; round < rounds; round += 1) {
    dueMs += minute;
    const aheadMs = dueMs - startsInMs - Date.now();
    const server = await serving(state, aheadMs);
    // Where the first took too long to start it counts from after the due time.
    if (round > 0 || server.nextMs === dueMs) due.add(scheduledRun('minutely', dueMs));
    const killInMs = dueMs - aheadMs - Date.now() + random.below(70) - 10;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, killInMs)));
    await server.end('SIGKILL');
  }
  const last = await serving(state, dueMs + 1000 - Date.now());
  const stateNow = (): string => readFileSync(join(state, 'schedules.json'), 'utf8');
  await expect.poll(stateNow, { timeout: 20_000 }).not.toContain('"openMs"');
  const client = schedulerClient(last);
  const known = (await client.runs()).runs.map(({ run }) => run);
  client.close();
  await last.end('SIGTERM');
  expect(known.toSorted()).toEqual([...due]);
  const submissions = readFileSync(join(state, 'submissions'), 'utf8').trim().split('\n');
  const firsts = submissions.filter((line) => line.endsWith('first'));
  expect(new Set(firsts).size).toBe(firsts.length);
});
