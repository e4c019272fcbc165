import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { SubmitRequest } from '@daybook/core';
import { DaybookError } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import { listener } from '../src/http/listener.ts';
import { problem } from '../src/http/problem.ts';
import { openLog } from '../src/logs.ts';
import { createToken, schedulerClient, startScheduler } from '../src/index.ts';
import { metrics } from '../src/metrics.ts';
import { scraped } from '../src/start-scheduler.ts';
import { openStore } from '../src/store/store.ts';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import type { Running } from './running.ts';
import { emptyFolder, running } from './running.ts';
import { serverProcess } from './server-process.ts';

test('a run is submitted, worked off and told of', async () => {
  const server = await running();
  expect(await server.post(submitOf('r', 2))).toMatchObject({ status: 200, body: { kind: 'submitted' } });
  const work = await server.post(nextOf('w', attemptId(1)), 'worker');
  expect(work.body).toMatchObject({ kind: 'work', leases: [{ task: 't/number=0', attempt: attemptId(1) }] });
  expect((await server.post(reportOf('w', attemptId(1)), 'worker')).body).toMatchObject({ accepted: true });
  const attempts = await (await server.fetch('/v1/attempts?task=t/number=0')).json();
  expect(attempts).toMatchObject({ attempts: [{ attempt: attemptId(1), outcome: 'published' }] });
  expect(await (await server.fetch('/metrics')).text()).toContain(
    'daybook_attempts_total{outcome="published",task=',
  );
  expect(server.lines.join('')).toContain('attempt-ended');
});

test('a server goes on with other settings where it was, and what it had answered stands', async () => {
  const state = emptyFolder();
  const first = await serverProcess(state, 4_000_000);
  const token = createToken(state, 'operator').token;
  const client = schedulerClient({ url: first.url, token });
  onTestFinished(() => client.close());
  await client.port(submitOf('r', 3) as unknown as SubmitRequest);
  const ask = { kind: 'next', worker: 'w', runners: ['local'], attempts: [attemptId(1)] } as const;
  const given = await client.port(ask);
  await first.kill();
  // Leases were four times as long when the answer was given, and the resources others.
  const second = await running({ state, leaseMs: 15_000, resources: { exchange: 1 } });
  const again = await second.post(ask);
  expect(given).toMatchObject({ kind: 'work', leases: [{ task: 't/number=0', leaseMs: 60_000 }] });
  expect(again.body).toMatchObject({ kind: 'work', leases: [{ task: 't/number=0', attempt: attemptId(1) }] });
});

test('a journal that this version would answer otherwise is refused', async () => {
  const state = emptyFolder();
  const store = openStore(state);
  const request = JSON.stringify(submitOf('r', 1));
  store.append({ entries: [{ seq: 1, atMs: 1, request, answer: 'another' }], runs: [], attempts: [] });
  store.close();
  await expect(startScheduler({ state, port: 0, log: { level: 'silent' } })).rejects.toMatchObject({
    code: 'state-damaged',
    message: expect.stringMatching(/does not come to the answers that were given.*Entry 1/) as string,
  });
});

test('what falls due by itself happens without anybody asking', async () => {
  let nowMs = 1_000_000;
  const timers: { readonly atMs: number; act(): void }[] = [];
  const server = await running({
    leaseMs: 10_000,
    nowMs: () => nowMs,
    timer: (waitMs, act) => {
      const timer = { atMs: nowMs + waitMs, act };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });
  await server.post(submitOf('r', 1));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  nowMs += 10_000;
  for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) timer.act();
  const lost = (): boolean => server.lines.some((line) => line.includes('"outcome":"lost"'));
  while (!lost()) await new Promise((resolve) => setImmediate(resolve));
  expect(await (await server.fetch('/v1/attempts')).json()).toMatchObject({
    attempts: [{ outcome: 'lost' }],
  });
});

test.each([
  ['has run out where an hour has passed', 3_600_000, false],
  ['lasts where the clock has leapt by an hour, as when the machine slept', 0, true],
])('a lease %s', async (_, steadyStepMs, accepted) => {
  let [nowMs, steadyMs] = [1_000_000_000, 500];
  const server = await running({
    nowMs: () => nowMs,
    steadyMs: () => steadyMs,
    timer: () => () => undefined,
  });
  await server.post(submitOf('r', 2));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  nowMs += 3_600_000;
  steadyMs += steadyStepMs;
  await server.post(nextOf('v', attemptId(2)), 'worker');
  expect((await server.post(reportOf('w', attemptId(1)), 'worker')).body).toMatchObject({ accepted });
  expect(server.lines.some((line) => line.includes('clock-leapt'))).toBe(accepted);
});

test('an event is told once it is durable, and a handler that throws is logged and changes nothing', async () => {
  const told: string[] = [];
  const server = await running({
    event: (event) => {
      told.push(event.kind);
      throw new Error('the handler is broken');
    },
  });
  await server.post(submitOf('r', 1));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  expect((await server.post(reportOf('w', attemptId(1)), 'worker')).body).toMatchObject({ accepted: true });
  expect(told).toEqual(['run-started', 'attempt-started', 'attempt-ended', 'run-ended']);
  expect(server.lines.filter((line) => line.includes('the handler is broken'))).toHaveLength(4);
});

test('an event happened when the scheduler says, whatever the clock shows by then', async () => {
  let nowMs = 1_000_000_000;
  const told: (readonly [string, number])[] = [];
  const server = await running({
    nowMs: () => nowMs,
    event: ({ kind }, atMs) => void told.push([kind, atMs]),
  });
  await server.post(submitOf('r', 1));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  nowMs -= 60_000;
  await server.post(reportOf('w', attemptId(1)), 'worker');
  expect(new Set(told.map(([, atMs]) => atMs))).toEqual(new Set([1_000_000_000]));
  const { attempts } = (await (await server.fetch('/v1/attempts')).json()) as {
    readonly attempts: readonly [{ readonly startedMs: number; readonly endedMs: number }];
  };
  expect(attempts).toMatchObject([{ startedMs: 1_000_000_000, endedMs: 1_000_000_000 }]);
});

test('a line of the log names its run as a text, and is a warning where somebody may have to see to it', async () => {
  const server = await running({ leaseMs: 1000 });
  const ended = async (run: string, attempt: string, end: unknown): Promise<void> => {
    await server.post({ ...submitOf(run, 1), command: ['run', run] });
    await server.post(nextOf('w', attempt), 'worker');
    await server.post(reportOf('w', attempt, end), 'worker');
  };
  const error = { code: 'job-failed', message: 'It failed.', stack: 'Error: It failed.\n    at job.ts:1' };
  await ended('good', attemptId(1), { kind: 'unchanged', version: 1, reason: { kind: 'missing' }, rows: 1 });
  await ended('bad', attemptId(2), { kind: 'failed', fault: 'task', error });
  await ended('stopped', attemptId(3), { kind: 'blocked', controls: [], stage: 'memory:///' });
  await server.post(submitOf('gone', 1));
  await server.post(nextOf('w', attemptId(4)), 'worker');
  const lines = (): readonly Readonly<Record<string, unknown>>[] =>
    server.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const levels = (event: string): readonly string[] =>
    lines()
      .filter((line) => line['event'] === event)
      .map(({ level, run, outcome }) => `${String(level)} ${String(run)} ${String(outcome)}`);
  await expect
    .poll(() => levels('attempt-ended'), { timeout: 5000 })
    .toEqual(['info good unchanged', 'warn bad failed', 'warn stopped blocked', 'warn gone lost']);
  expect(levels('run-ended')).toEqual(['info good ok', 'warn bad failed', 'warn stopped blocked']);
  expect(lines().find(({ event }) => event === 'run-ended')).toMatchObject({
    command: ['run', 'good'],
    counts: { unchanged: 1 },
  });
  expect(lines().find(({ outcome }) => outcome === 'failed')).toMatchObject({
    error: { code: 'job-failed', message: 'It failed.' },
  });
  expect(server.lines.join('')).not.toContain('job.ts');
  const views = ['/v1/attempts', '/v1/runs/bad/tasks', '/v1/runs'].map(async (path) => {
    return await (await server.fetch(path, { role: 'reader' })).text();
  });
  expect((await Promise.all(views)).join('')).not.toContain('job.ts');
});

test('at debug each request is logged, without its parameters', async () => {
  const lines: string[] = [];
  const server = await running({ log: { level: 'debug', to: { write: (line) => void lines.push(line) } } });
  await server.fetch('/v1/runs?limit=3', { role: 'reader' });
  await fetch(`${server.url}/v1/runs?password=s3same`);
  await fetch(`${server.url}/healthz`);
  const answered = (): readonly Readonly<Record<string, unknown>>[] =>
    lines
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ event }) => event === 'answered');
  await expect.poll(answered).toHaveLength(3);
  expect(answered()).toMatchObject([
    { level: 'debug', method: 'GET', path: '/v1/runs', status: 200, role: 'reader' },
    { method: 'GET', path: '/v1/runs', status: 401 },
    { method: 'GET', path: '/healthz', status: 200 },
  ]);
  expect(answered().every(({ durationMs }) => typeof durationMs === 'number')).toBe(true);
  expect(lines.join('')).not.toContain('s3same');
});

test('what was told is not told again by the server that comes after a killed one', async () => {
  const told: string[] = [];
  const options = { event: ({ kind }: { readonly kind: string }): void => void told.push(kind) };
  const killed = await running(options);
  await killed.post(submitOf('r', 1));
  await killed.post(nextOf('w', attemptId(1)), 'worker');
  // As `kill -9` leaves it: all of it is in the journal, and nothing in a snapshot.
  const state = emptyFolder();
  cpSync(killed.state, state, { recursive: true });
  expect(told.splice(0)).toEqual(['run-started', 'attempt-started']);
  const next = await running({ ...options, state });
  expect(told).toEqual([]);
  await next.post(reportOf('w', attemptId(1)), 'worker');
  expect(told).toEqual(['attempt-ended', 'run-ended']);
});

test('a run that has ended is told of when the scheduler has forgotten it, until the history is over', async () => {
  let nowMs = 1_000_000_000;
  const options = { nowMs: () => nowMs, runDays: 1, historyDays: 3, snapshotMs: 1, state: emptyFolder() };
  const first = await running(options);
  await first.post(submitOf('r', 1));
  await first.post(nextOf('w', attemptId(1)), 'worker');
  await first.post(reportOf('w', attemptId(1)), 'worker');
  nowMs += 2 * 86_400_000;
  await first.post({ kind: 'resume' });
  expect((await first.fetch('/v1/runs/r/tasks')).status).toBe(404);
  expect(await (await first.fetch('/v1/runs/r')).json()).toMatchObject({ run: 'r', outcome: 'ok' });
  expect(await (await first.fetch('/v1/runs')).json()).toMatchObject({ runs: [{ run: 'r' }] });
  await first.stop();
  nowMs += 2 * 86_400_000;
  const second = await running(options);
  expect((await second.fetch('/v1/runs/r')).status).toBe(404);
  expect(await (await second.fetch('/v1/attempts')).json()).toEqual({ attempts: [] });
});

/** All that comes back for some bytes until the connection is closed. */
async function answerTo(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

test('a client that is slow with its headers is told so and left', async () => {
  const server = await running({ limits: { headersMs: 100 } });
  expect(await answerTo(server.port, 'GET /healthz HTTP/1.1\r\nhost: x\r\n')).toMatch(
    /^HTTP\/1\.1 408 [^]*problem\+json[^]*request-slow/,
  );
});

test.each([
  ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', '200', '{"ok":true}'],
  ['no HTTP', 'HELO daybook.example\r\n\r\n', '400', '/problems/body-invalid'],
  [
    'long headers',
    `GET /healthz HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    '431',
    '/problems/headers-too-large',
  ],
])('%s: the answer is in the form of all others', async (_, sent, status, body) => {
  const server = await running();
  const answer = await answerTo(server.port, sent);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('\r\ndaybook-protocol: 1\r\n');
  expect(answer).toContain('\r\ncache-control: no-store\r\n');
  expect(answer).toContain(body);
});

test('a body that is too large is refused with what is allowed, by its length and by what comes', async () => {
  const server = await running({ limits: { operatorBodyBytes: 1000 } });
  const body = JSON.stringify(submitOf('r', 100));
  const declared = await server.fetch('/v1/requests', { init: { method: 'POST', body } });
  const streamed = await server.fetch('/v1/requests', {
    init: { method: 'POST', body: new Blob([body]).stream(), duplex: 'half' } as RequestInit,
  });
  for (const answer of [declared, streamed]) {
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('1000 bytes') as string });
  }
});

test('the health of a server that stops is told until it is gone', async () => {
  const server = await running();
  await server.stop();
  await server.stop();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  expect(server.lines.at(-1)).toContain('"event":"stopped"');
});

test('what the scheduler is told of lateness and clusters stands in its metrics', async () => {
  const server = await running({ hooks: { latenessSeconds: () => ({ 'daily-accounting': 90 }) } });
  await server.post(submitOf('r', 3));
  await server.post(nextOf('w', attemptId(1)), 'worker');
  const text = await (await server.fetch('/metrics')).text();
  expect(text).toContain('daybook_report_lateness_seconds{report="daily-accounting"} 90');
  expect(text).toContain('daybook_tasks{state="running"} 1');
  expect(text).toContain('daybook_tasks{state="ready"} 2');
  expect(text).toContain('daybook_tasks_ahead{runner="local"} 3');
  expect(text).toContain('daybook_workers 1');
  expect(text).not.toContain('daybook_cluster_hours_total{');
});

test('what is ready and paused waits for nobody, so the queue is as old as what is not paused', async () => {
  let nowMs = 1_000_000;
  const server = await running({ nowMs: () => nowMs });
  await server.post(submitOf('r', 1));
  const queueAge = async (): Promise<string | undefined> =>
    /^daybook_queue_age_seconds .*$/m.exec(await (await server.fetch('/metrics')).text())?.[0];
  await queueAge();
  nowMs += 5000;
  expect(await queueAge()).toBe('daybook_queue_age_seconds 5');
  await server.post({ kind: 'pause', name: 't' });
  expect(await queueAge()).toBe('daybook_queue_age_seconds 0');
  nowMs += 5000;
  await server.post({ kind: 'resume' });
  expect(await queueAge()).toBe('daybook_queue_age_seconds 0');
});

test('the hours of clusters are counted by what each worker tells of all of its life', async () => {
  const server = await running();
  const beat = async (worker: string, emr: number): Promise<void> =>
    void (await server.post({ kind: 'beat', worker, attempts: [], clusterHours: { emr } }, 'worker'));
  await beat('a', 0.5);
  await beat('b', 1);
  await beat('a', 2);
  await beat('a', 2);
  expect(await (await server.fetch('/metrics')).text()).toContain(
    'daybook_cluster_hours_total{runner="emr"} 3\n',
  );
  const refused = await server.post(
    { kind: 'beat', worker: 'a', attempts: [], clusterHours: { emr: -1 } },
    'worker',
  );
  expect(refused.status).toBe(422);
});

test('what the journal knew of workers at the start is no increase of the hours of clusters', async () => {
  const state = emptyFolder();
  const beat = async (server: Running, worker: string, emr: number): Promise<void> =>
    void (await server.post({ kind: 'beat', worker, attempts: [], clusterHours: { emr } }, 'worker'));
  const first = await running({ state });
  await first.post(nextOf('a', attemptId(1)), 'worker');
  await first.post(nextOf('idle', attemptId(2)), 'worker');
  await beat(first, 'a', 100);
  await first.stop();
  const second = await running({ state });
  const hours = async (): Promise<string | undefined> =>
    /^daybook_cluster_hours_total.*$/m.exec(await (await second.fetch('/metrics')).text())?.[0];
  await beat(second, 'a', 101);
  expect(await hours()).toBe('daybook_cluster_hours_total{runner="emr"} 0');
  await beat(second, 'a', 101.5);
  expect(await hours()).toBe('daybook_cluster_hours_total{runner="emr"} 0.5');
  await second.post(nextOf('new', attemptId(3)), 'worker');
  await beat(second, 'new', 1);
  // One that had none when the server began tells of its first from 0.
  await second.post({ kind: 'beat', worker: 'idle', attempts: [] }, 'worker');
  await beat(second, 'idle', 2);
  expect(await hours()).toBe('daybook_cluster_hours_total{runner="emr"} 3.5');
});

test('the metrics are told while a commit fails', async () => {
  const fails = (): Promise<never> => Promise.reject(new DaybookError('write-failed', 'The disk is full.'));
  const { body } = await scraped({ read: fails }, metrics({}), () => 0);
  expect(body).toContain('daybook_journal_works 0');
});

test('a hook that throws leaves out its figure and breaks nothing', async () => {
  const latenessSeconds = (): never => {
    throw new Error('no figures');
  };
  const server = await running({ hooks: { latenessSeconds } });
  const text = await (await server.fetch('/metrics')).text();
  expect(text).toContain('daybook_workers 0');
  expect(text).not.toContain('daybook_report_lateness_seconds{');
});

test('what is thrown inside is a bug: it is logged, and nothing of it is answered', async () => {
  const lines: string[] = [];
  const log = openLog({ to: { write: (line) => void lines.push(line) } });
  const broken = listener(
    () => Promise.reject(new TypeError('the insides')),
    log,
    new AbortController().signal,
  );
  const server = createServer(broken).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect([answer.status, await answer.json()]).toEqual([500, problem('bug')]);
  expect(lines.join('')).toContain('TypeError: the insides');
});
