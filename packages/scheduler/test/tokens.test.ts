import fs, { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requestRoles, routes } from '../src/api/routes.ts';
import type { Role } from '../src/index.ts';
import { createToken, listTokens, removeToken, roles, startScheduler } from '../src/index.ts';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import { emptyFolder, running } from './running.ts';

const requests: Readonly<Record<keyof typeof requestRoles, unknown>> = {
  submit: submitOf('r', 1),
  next: nextOf('w', attemptId(1)),
  beat: { kind: 'beat', worker: 'w', attempts: [] },
  report: reportOf('w', attemptId(9)),
  cancel: { kind: 'cancel', run: 'r' },
  retry: { kind: 'retry', run: 'r' },
  pause: { kind: 'pause' },
  resume: { kind: 'resume' },
};

test.each(roles)('a %s may do what its role says and nothing else', async (role) => {
  const server = await running();
  await server.post(submitOf('r', 1));
  for (const [kind, allowed] of Object.entries(requestRoles)) {
    const { status } = await server.post(requests[kind as keyof typeof requests], role);
    expect(`${kind} ${status}`).toBe(`${kind} ${allowed.includes(role) ? 200 : 403}`);
  }
  for (const { method, path, roles: allowed } of Object.values(routes)) {
    if (method === 'POST') continue;
    const { status } = await server.fetch(path.replace(':run', 'r'), { role });
    const open: readonly Role[] = allowed === 'anybody' ? roles : allowed;
    expect(`${path} ${status}`).toBe(`${path} ${open.includes(role) ? 200 : 403}`);
  }
});

test('without a token that is known there is nothing but the two questions after health', async () => {
  const server = await running();
  const strangers = [
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer daybook_operator_wrong',
    `Bearer ${server.tokens.operator}x`,
  ];
  for (const { method, path, roles: allowed } of Object.values(routes)) {
    for (const authorization of strangers) {
      const init = {
        method,
        headers: { authorization },
        ...(method === 'POST' ? { body: '{"kind":"cancel"}' } : {}),
      };
      const answer = await fetch(`${server.url}${path.replace(':run', 'r')}`, init);
      expect(`${path} ${answer.status}`).toBe(`${path} ${allowed === 'anybody' ? 200 : 401}`);
    }
  }
  const nowhere = await fetch(`${server.url}/v1/nowhere`);
  expect([nowhere.status, nowhere.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
});

test('a token works at once in a running server, and one that is taken back works no more', async () => {
  let nowMs = 0;
  const server = await running({ nowMs: () => nowMs });
  const { token, id } = createToken(server.state, 'reader');
  const status = async (): Promise<number> =>
    (await fetch(`${server.url}/v1/runs`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status()).toBe(200);
  expect(listTokens(server.state).map((each) => each.id)).toContain(id);
  expect(removeToken(server.state, id)).toBe(true);
  expect(removeToken(server.state, id)).toBe(false);
  nowMs += 1000;
  expect(await status()).toBe(401);
});

test('one that is taken back works no more though the clock of the server was set back', async () => {
  let [nowMs, steadyMs] = [1_000_000_000, 0];
  const server = await running({ nowMs: () => nowMs, steadyMs: () => steadyMs });
  const { token, id } = createToken(server.state, 'reader');
  const status = async (): Promise<number> =>
    (await fetch(`${server.url}/v1/runs`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status()).toBe(200);
  removeToken(server.state, id);
  nowMs -= 3_600_000;
  steadyMs += 1000;
  expect(await status()).toBe(401);
});

/** Puts a file where the folder of the tokens should be: it cannot be read then, by root neither. */
function breakTokens(state: string): { mend(): void } {
  const [tokens, away] = [join(state, 'tokens'), join(state, 'tokens.away')];
  renameSync(tokens, away);
  writeFileSync(tokens, '');
  return {
    mend() {
      rmSync(tokens);
      renameSync(away, tokens);
    },
  };
}

test('a server that cannot read its tokens does not start, and says whose they are to be', async () => {
  const state = emptyFolder();
  createToken(state, 'worker');
  const broken = breakTokens(state);
  const options = { state, port: 0, log: { level: 'silent' } } as const;
  await expect(startScheduler(options)).rejects.toMatchObject({
    code: 'write-failed',
    message: expect.stringMatching(
      new RegExp(
        `${join(state, 'tokens')} cannot be read as the user \\w+: ENOTDIR.*chown -R \\w+ ${state}$`,
      ),
    ) as string,
  });
  const failure = expect.objectContaining({ code: 'write-failed' }) as Error;
  expect(() => listTokens(state)).toThrow(failure);
  expect(() => removeToken(state, '0123456789ab')).toThrow(failure);
  expect(() => createToken(state, 'reader')).toThrow(failure);
  broken.mend();
  const server = await startScheduler(options);
  onTestFinished(() => server.stop());
});

test('a token that the system does not let go is said to be there still', () => {
  const state = emptyFolder();
  const { id } = createToken(state, 'worker');
  const { rmSync: removes } = fs;
  fs.rmSync = () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.rmSync = removes;
    syncBuiltinESMExports();
  });
  expect(() => removeToken(state, id)).toThrow(
    expect.objectContaining({
      code: 'write-failed',
      message: expect.stringContaining(`The token ${id} cannot be removed`) as string,
    }) as Error,
  );
  expect(listTokens(state)).toHaveLength(1);
});

test('while the tokens cannot be read everybody is told to come again, and the log says once what it is', async () => {
  let nowMs = 0;
  const server = await running({ nowMs: () => nowMs });
  expect((await server.fetch('/v1/runs')).status).toBe(200);
  const broken = breakTokens(server.state);
  for (let round = 0; round < 3; round += 1) {
    nowMs += 1000;
    const answer = await server.fetch('/v1/runs');
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ type: '/problems/tokens-unreadable' });
    expect(text).not.toContain(server.state);
  }
  expect((await server.fetch('/healthz')).status).toBe(200);
  const told = (): number => server.lines.filter((line) => line.includes('"tokens-unreadable"')).length;
  expect(told()).toBe(1);
  broken.mend();
  expect((await server.fetch('/v1/runs')).status).toBe(200);
  breakTokens(server.state);
  nowMs += 1000;
  expect((await server.fetch('/v1/runs')).status).toBe(503);
  expect(told()).toBe(2);
});

test('of a token only its digest is stored, in files that only their owner reads', () => {
  const state = emptyFolder();
  const { token } = createToken(state, 'worker');
  expect(token).toMatch(/^daybook_worker_[\w-]{43}$/);
  const folder = join(state, 'tokens');
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toMatch(/^[0-9a-f]{64}\.json$/);
  expect(readFileSync(join(folder, name), 'utf8')).not.toContain(token.slice(15));
  expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test('what lies among the tokens and is none lets nobody in', () => {
  const state = emptyFolder();
  createToken(state, 'worker');
  for (const [name, text] of [
    ['a.json', '{"role":"operator"}'],
    [`${'0'.repeat(64)}.json`, 'no json'],
    [`${'1'.repeat(64)}.json`, '{"role":"emperor"}'],
  ] as const)
    writeFileSync(join(state, 'tokens', name), text);
  expect(listTokens(state).map(({ role }) => role)).toEqual(['worker']);
});

test('a role that is none gets no token', () => {
  expect(() => createToken(emptyFolder(), 'emperor' as Role)).toThrow(/worker, operator, reader/);
});

test('it listens beyond the loopback only when there is a token', async () => {
  const state = emptyFolder();
  const options = { state, port: 0, log: { level: 'silent' } } as const;
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com'])
    await expect(startScheduler({ ...options, host })).rejects.toMatchObject({ code: 'usage' });
  createToken(state, 'worker');
  const server = await startScheduler({ ...options, host: '0.0.0.0' });
  onTestFinished(() => server.stop());
  expect(server.port).toBeGreaterThan(0);
});

test('no secret gets into the log, under whatever name and in whatever text', async () => {
  const server = await running({ log: { level: 'debug', to: { write: (line) => void lines.push(line) } } });
  const secret = server.tokens.worker;
  await server.post({ ...submitOf('r', 1), run: `run-${secret}` });
  await server.post(nextOf(`worker-${secret}`, attemptId(1)), 'worker');
  const end = {
    kind: 'crashed',
    error: { code: 'job-crashed', message: `Authorization: Bearer ${secret} and Bearer abc.def` },
  };
  await server.post(reportOf(`worker-${secret}`, attemptId(1), end), 'worker');
  const log = lines.join('');
  expect(log).toContain('attempt-ended');
  expect(log).toContain('[secret]');
  expect(log).not.toContain(secret);
  expect(log).not.toContain('abc.def');
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ at: expect.stringMatching(/Z$/) as string });
});
const lines: string[] = [];
