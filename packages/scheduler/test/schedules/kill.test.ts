import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@daybook/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { schedulerClient } from '../../src/index.ts';
import { scheduledRun } from '../../src/schedules/standing.ts';
import { emptyFolder } from '../running.ts';
import { minute } from './world.ts';

/** What a process does for a run that falls due, in this order. */
const points = ['decided', 'asks', 'knows', 'starts', 'submitted', 'ends', 'kept'] as const;
/** How long before the due time a process may begin to watch, by its own clock: the speed of the machine is no matter. */
const leadMs = 20;

interface Told {
  readonly point: string;
  readonly run?: string;
  readonly url?: string;
  readonly token?: string;
}

interface Serving {
  /** Resolves when it tells of this point, of this run or of any. */
  comesTo(point: string, run?: string): Promise<Told>;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** A server with a schedule for each minute, whose clock begins at `nowMs`. */
function serving(state: string, nowMs: number, hold: readonly [run: string, point: string] | []): Serving {
  const script = fileURLToPath(new URL('serve-schedules.ts', import.meta.url));
  const words = ['--conditions=daybook-source', script, state, String(nowMs), ...hold];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    told.push(JSON.parse(line) as Told);
    for (const look of waiting) look();
  });
  return {
    comesTo: (point, run) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = told.find((each) => each.point === point && (run === undefined || each.run === run));
          if (found !== undefined) resolve(found);
        };
        waiting.add(look);
        void gone.then(() => reject(new Error(`The server ended before it came to ${point}.`)));
        look();
      }),
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

/**
 * Each process is killed at a point of the run that falls due, or at any moment around it, and the clock of the one after it is a
 * minute further.
 */
test('servers that are killed around due times submit each run, and none a second time as if it were new', async () => {
  const state = emptyFolder();
  const random = seededRandom(7);
  const due = new Set<string>();
  let dueMs = Date.parse('2026-11-02T06:00:00Z');
  const ended: string[] = [];
  for (const [index, point] of points.entries()) {
    dueMs += minute;
    const run = scheduledRun('minutely', dueMs);
    due.add(run);
    if (point === 'ends' || point === 'kept') ended.push(run);
    // The first counts from then on; for those after it the run is due when they begin, while the one before may be open.
    const server = serving(state, index === 0 ? dueMs - leadMs : dueMs, [run, point]);
    await server.comesTo(point, run);
    await server.end('SIGKILL');
  }
  for (let round = 0; round < 5; round += 1) {
    dueMs += minute;
    const server = serving(state, dueMs - leadMs, []);
    await server.comesTo('watches');
    await new Promise((resolve) => setTimeout(resolve, random.below(leadMs + 60)));
    await server.end('SIGKILL');
    // What it did not come to is caught up by the one after it, before the next is due.
    due.add(scheduledRun('minutely', dueMs));
  }
  dueMs += minute;
  const lastRun = scheduledRun('minutely', dueMs);
  const last = serving(state, dueMs - leadMs, []);
  const { url = '', token = '' } = await last.comesTo('watches');
  await last.comesTo('kept', lastRun);
  const client = schedulerClient({ url, token });
  const known = (await client.runs()).runs.map(({ run }) => run);
  client.close();
  await last.end('SIGTERM');
  expect(known.toSorted()).toEqual([...due, lastRun].toSorted());
  const submissions = readFileSync(join(state, 'submissions'), 'utf8').trim().split('\n');
  const firsts = submissions.filter((line) => line.endsWith('first'));
  expect(new Set(firsts).size).toBe(firsts.length);
  for (const run of ended)
    expect(submissions.filter((line) => line.startsWith(run))).toEqual([`${run} first`]);
}, 300_000);
