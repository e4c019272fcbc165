import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { SubmitRequest } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import type { SchedulerClientOptions } from '../src/index.ts';
import { schedulerClient, schedulerPort } from '../src/index.ts';
import { attemptId, submitOf } from './requests.ts';
import { running } from './running.ts';

const token = 'daybook_worker_x';
const beat = { kind: 'beat', worker: 'w', attempts: [] } as const;
const beaten = { kind: 'beaten', lost: [], cancelled: [], idleRunners: [] };
const protocol = { 'daybook-protocol': '1', 'content-type': 'application/json' };

/** A server that answers as the test says; gives its URL. */
async function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Time that passes only by being waited for. */
function waitedTime(): Pick<SchedulerClientOptions, 'nowMs' | 'timer'> & { readonly pauses: number[] } {
  let nowMs = 0;
  const pauses: number[] = [];
  return {
    pauses,
    nowMs: () => nowMs,
    timer(waitMs, act) {
      pauses.push(waitMs);
      const later = setImmediate(() => {
        nowMs += waitMs;
        act();
      });
      return () => clearImmediate(later);
    },
  };
}

test('a worker and an operator get through it all that the server has', async () => {
  const server = await running();
  const client = schedulerClient({ url: server.url, token: server.tokens.operator });
  onTestFinished(() => client.close());
  const submit = submitOf('a run/with ? in it', 2) as unknown as SubmitRequest;
  expect(await client.port(submit)).toEqual({ kind: 'submitted', refused: [] });
  const work = await client.port({ kind: 'next', worker: 'w', runners: ['local'], attempts: [attemptId(1)] });
  expect(work).toMatchObject({ kind: 'work', leases: [{ task: 't/number=0' }] });
  const tasks = await client.tasks(submit.run);
  expect(tasks?.tasks.map(({ state }) => state)).toEqual(['running', 'ready']);
  const end = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 } as const;
  await client.port({ kind: 'report', worker: 'w', attempt: attemptId(1), end });
  expect(await client.tasks(submit.run, { changedSince: tasks?.change ?? 0, waitSeconds: 1 })).toMatchObject({
    tasks: [{ task: 't/number=0', state: 'ended' }],
  });
  expect((await client.run(submit.run))?.counts).toEqual({ published: 1, ready: 1 });
  expect((await client.runs({ limit: 5 })).runs.map(({ run }) => run)).toEqual([submit.run]);
  expect(await client.run('another')).toBeUndefined();
  expect(await client.tasks('another')).toBeUndefined();
  expect((await client.attempts({ run: submit.run, task: 't/number=0' })).attempts).toMatchObject([{ end }]);
  expect((await client.workers()).workers).toMatchObject([{ name: 'w', runners: ['local'] }]);
  expect((await client.ahead()).ahead).toMatchObject([{ runner: 'local', ready: 1, running: 0 }]);
  await client.port({ kind: 'pause', name: 't' });
  expect(await client.paused()).toEqual({ all: false, names: ['t'] });
});

test('what got no answer is sent again until there is one, with growing pauses', async () => {
  let asked = 0;
  const url = await answering((request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else if (asked === 2) response.writeHead(502).end('a proxy');
    else if (asked === 3) response.writeHead(503, protocol).end('{}');
    else if (asked === 4)
      response
        .writeHead(200, { ...protocol, 'content-length': 1000 })
        .write('{"kind"', () => request.socket.destroy());
    else response.writeHead(200, protocol).end(JSON.stringify(beaten));
  });
  const time = waitedTime();
  const why: string[] = [];
  const port = schedulerPort({ url, token, ...time, again: (each) => why.push(each) });
  expect(await port(beat)).toEqual(beaten);
  expect(asked).toBe(5);
  expect(why).toHaveLength(4);
  expect(time.pauses).toHaveLength(4);
  for (const [index, pauseMs] of time.pauses.entries()) {
    expect(pauseMs).toBeGreaterThanOrEqual(50 * 2 ** index);
    expect(pauseMs).toBeLessThanOrEqual(100 * 2 ** index);
  }
});

test('a scheduler that cannot be reached is called so after the stated time', async () => {
  const time = waitedTime();
  const port = schedulerPort({ url: 'http://127.0.0.1:9', token, giveUpMs: 60_000, ...time });
  await expect(port(beat)).rejects.toMatchObject({
    code: 'scheduler-unreachable',
    message: expect.stringMatching(
      /^The scheduler at http:\/\/127\.0\.0\.1:9 has given no answer for 60 s: .*ECONNREFUSED/,
    ) as string,
  });
  const waited = time.pauses.reduce((sum, each) => sum + each, 0);
  expect(waited).toBeGreaterThan(50_000);
  expect(waited).toBeLessThanOrEqual(60_000);
});

test('a server that accepts and says nothing is left after the time for an answer', async () => {
  const server = createTcpServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const port = schedulerPort({ url, token, timeoutMs: 50, giveUpMs: 0 });
  await expect(port(beat)).rejects.toMatchObject({
    code: 'scheduler-unreachable',
    message: expect.stringContaining('no whole answer within 0.05 s') as string,
  });
});

const problem = { 'daybook-protocol': '1', 'content-type': 'application/problem+json' };

test.each([
  [
    'a token that is not known',
    401,
    problem,
    '{}',
    /does not know the token: make one with `daybook token create`/,
  ],
  [
    'a role that may not',
    403,
    problem,
    '{"type":"/problems/role-insufficient","title":"No.","status":403,"detail":"A submit takes the role operator."}',
    /A submit takes the role operator\./,
  ],
  [
    'a parameter that cannot be meant',
    400,
    problem,
    '{"type":"/problems/parameter-invalid","title":"It cannot be meant.","status":400,"detail":"why"}',
    /refuses the request\. It cannot be meant\. why/,
  ],
  [
    'a newer server',
    200,
    { ...protocol, 'daybook-protocol': '2' },
    '{}',
    /speaks version 2 of the protocol, and this Daybook version 1/,
  ],
  ['what is no scheduler', 200, {}, '<html>', /is no Daybook scheduler \(HTTP 200\)/],
  ['what is no scheduler, and says it', 404, {}, 'not found', /is no Daybook scheduler \(HTTP 404\)/],
  ['a redirection', 302, { location: 'http://elsewhere' }, '', /is no Daybook scheduler \(HTTP 302\)/],
  ['no JSON', 200, protocol, '{"kind"', /does not understand: the answer is no JSON/],
  ['an answer to another question', 200, protocol, '{"kind":"work"}', /a beat is answered with "work"/],
  [
    'an answer with a hole',
    200,
    protocol,
    '{"kind":"beaten","lost":[],"cancelled":[]}',
    /the answer has no idleRunners/,
  ],
  [
    'an answer of another form',
    200,
    protocol,
    JSON.stringify({ ...beaten, lost: [1] }),
    /the answer\.lost\[0\] is no text/,
  ],
])('%s is refused at once, with what to do', async (_, status, headers, body, told) => {
  let asked = 0;
  const url = await answering((_request, response) => {
    asked += 1;
    response.writeHead(status, headers).end(body);
  });
  await expect(schedulerPort({ url, token })(beat)).rejects.toMatchObject({
    code: 'scheduler-refused',
    message: expect.stringMatching(told) as string,
  });
  expect(asked).toBe(1);
});

test('a request that the scheduler refuses by its own rules is an answer', async () => {
  const server = await running();
  const port = schedulerPort({ url: server.url, token: server.tokens.operator });
  expect(await port({ kind: 'retry', run: 'never submitted' })).toMatchObject({ kind: 'refused' });
});

test('so is one that is too large or none of the protocol: nothing was changed', async () => {
  const server = await running({ limits: { workerBodyBytes: 2000 } });
  const port = schedulerPort({ url: server.url, token: server.tokens.worker });
  const error = { code: 'job-failed', message: 'x'.repeat(3000) } as const;
  const end = { kind: 'failed', fault: 'task', error } as const;
  expect(await port({ kind: 'report', worker: 'w', attempt: attemptId(1), end })).toEqual({
    kind: 'refused',
    why: 'The request is too large. With this token a request has at most 2000 bytes.',
  });
  const next = { kind: 'next', worker: 'w', runners: ['local'], attempts: ['a', 'a'] } as const;
  expect(await port(next)).toEqual({
    kind: 'refused',
    why: 'The request is not one of the protocol. The request next names "a" twice in attempts and more: each attempt has an id of its own.',
  });
});

test('a question that waits ends with its signal', async () => {
  const stop = new AbortController();
  const url = await answering(() => stop.abort(new Error('stopped by the test')));
  await expect(schedulerPort({ url, token, signal: stop.signal })(beat)).rejects.toThrow(
    'stopped by the test',
  );
});

test('a question for work that its worker ends takes nothing more, and its ids bring what it had taken', async () => {
  const server = await running();
  const port = schedulerPort({ url: server.url, token: server.tokens.operator });
  const leave = new AbortController();
  const next = { kind: 'next', worker: 'w', runners: ['local'], attempts: [attemptId(1)] } as const;
  const waiting = port(next, leave.signal);
  await expect
    .poll(async () => (await (await server.fetch('/v1/workers')).json()) as unknown)
    .toMatchObject({
      workers: [{ name: 'w' }],
    });
  leave.abort(new Error('told to go'));
  await expect(waiting).rejects.toThrow('told to go');
  // Only who had really gone is not given what comes now.
  await port({ kind: 'beat', worker: 'w', attempts: [] });
  await port(submitOf('r', 2) as unknown as SubmitRequest);
  const unheard = { ...next, attempts: [], more: [attemptId(1)] };
  expect(await port(unheard)).toMatchObject({ kind: 'work', leases: [] });
  await port(next);
  expect(await port(unheard)).toMatchObject({ leases: [{ attempt: attemptId(1), task: 't/number=0' }] });
});

test.each([
  ['no URL', { url: 'nowhere', token }],
  ['another protocol', { url: 'ftp://nowhere', token }],
  ['a password in the URL', { url: 'http://me:secret@nowhere', token }],
  ['no token', { url: 'http://nowhere', token: '' }],
  ['a token of two lines', { url: 'http://nowhere', token: 'a\r\nb: c' }],
])('%s is refused before anything is sent, and no secret is told', (_, options) => {
  try {
    schedulerPort(options);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage' });
    expect(String(error)).not.toContain('secret');
  }
});

test('a URL with a path leads through a proxy', async () => {
  let asked = '';
  const url = await answering((request, response) => {
    asked = request.url ?? '';
    response.writeHead(200, protocol).end(JSON.stringify(beaten));
  });
  await schedulerPort({ url: `${url}/books`, token })(beat);
  expect(asked).toBe('/books/v1/requests');
});
