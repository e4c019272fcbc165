import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchedulerPort, SubmittedTask } from '@daybook/core';
import { createToken, schedulerPort } from '@daybook/scheduler';
import { root } from '../project.ts';
import type { Case, Result } from '../result.ts';

const tasks = 20_000;

/** How many workers ask at once, one after the other, and how many tasks they do. The first has the bars. */
const phases = [
  { workers: 50, tasks: 12_000 },
  { workers: 200, tasks: 4000 },
  { workers: 400, tasks: 4000 },
] as const;

/** Workers that do nothing but ask and report, against a real server in its own process, with its journal on the disk. */
export const centralSchedulerCase: Case = {
  name: 'central-scheduler',
  async run() {
    const state = mkdtempSync(join(tmpdir(), 'daybook-bench-'));
    const { token } = createToken(state, 'operator');
    const server = spawn(
      process.execPath,
      ['--conditions=daybook-source', join(root, 'bench/scheduler-server.ts'), state],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer];
      const port = schedulerPort({ url: line.toString().trim(), token });
      await port({
        kind: 'submit',
        run: 'bench',
        today: '2018-07-25',
        tasks: Array.from({ length: tasks }, (_, index) => taskOf(index)),
      });
      const results: Result[] = [];
      for (const phase of phases) results.push(...resultsOf(phase, await asked(port, phase)));
      return results;
    } finally {
      server.kill('SIGKILL');
      rmSync(state, { recursive: true, force: true });
    }
  },
};

type Phase = (typeof phases)[number];

interface Asked {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/** All workers do tasks until so many are done; every request is timed. */
async function asked(port: SchedulerPort, { workers, tasks: count }: Phase): Promise<Asked> {
  const times: number[] = [];
  const timed: SchedulerPort = async (request) => {
    const startMs = performance.now();
    const response = await port(request);
    times.push(performance.now() - startMs);
    return response;
  };
  let left = count;
  const work = async (index: number): Promise<void> => {
    const worker = `w${index}`;
    while (left > 0) {
      left -= 1;
      const attempt = randomBytes(16).toString('hex');
      const answer = await timed({ kind: 'next', worker, runners: ['local'], attempts: [attempt] });
      if (answer.kind !== 'work' || answer.leases.length === 0) throw new Error('There is no work left.');
      const end = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 } as const;
      await timed({ kind: 'report', worker, attempt, end });
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: workers }, (_, index) => work(index)));
  const wallMs = performance.now() - startMs;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { perSecond: (times.length / wallMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}

function resultsOf({ workers }: Phase, { perSecond, p50Ms, p99Ms, worstMs }: Asked): readonly Result[] {
  const first = workers === phases[0].workers;
  return [
    {
      what: `requests to the central scheduler from ${workers} workers, 20,000 tasks, each durable before its answer`,
      figure: `${Math.round(perSecond)} a second`,
      bar: first ? 'at least 500' : 'where it bends',
      holds: !first || perSecond >= 500,
    },
    {
      what: 'how long these took, 99 of 100',
      figure: `${Math.round(p99Ms)} ms (half ${Math.round(p50Ms)} ms, the longest ${Math.round(worstMs)} ms)`,
      bar: first ? 'below 100 ms' : 'where it bends',
      holds: !first || p99Ms < 100,
    },
  ];
}

function taskOf(index: number): SubmittedTask {
  return {
    task: `t/number=${index}`,
    name: 't',
    after: [],
    state: 'pending',
    runner: 'local',
    priority: 0,
    resources: {},
    wish: { seen: 0 },
  };
}
