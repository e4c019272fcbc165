import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createToken } from '../src/index.ts';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import type { Running } from './running.ts';
import { running } from './running.ts';

const seed = Number(process.env['SEED'] ?? 1);
const requests = Number(process.env['REQUESTS'] ?? 10_000);
const lanes = 16;

/** Numbers from 0 to 1, the same for the same seed: mulberry32. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const below = (random: Random, end: number): number => Math.floor(random() * end);

/** One hostile request, as the bytes that go over the connection. */
interface Attack {
  readonly kind: string;
  readonly bytes: Buffer;
  /** Half a request: its connection is closed without an answer. */
  readonly unfinished?: boolean;
}

function attack(random: Random, server: Running): Attack {
  const kind = pick(random, Object.keys(attacks));
  return { kind, ...attacks[kind]?.(random, server) } as Attack;
}

const randomBytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(random, 256)));

/** A value of any type and shape. */
function anyValue(random: Random, depth = 0): unknown {
  const scalars = [
    null,
    true,
    false,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    'w',
    '../../etc/passwd',
    '\u0000',
    '💥',
    'x'.repeat(1000),
    '__proto__',
  ];
  if (depth > 3 || random() < 0.6) return pick(random, scalars);
  if (random() < 0.5) return Array.from({ length: below(random, 4) }, () => anyValue(random, depth + 1));
  const names = ['kind', 'worker', 'task', 'attempts', '__proto__', 'constructor', 'toString', ''];
  return Object.fromEntries(
    Array.from({ length: below(random, 4) }, () => [pick(random, names), anyValue(random, depth + 1)]),
  );
}

/** A good request in which something is of another type, missing or too much. */
function bent(random: Random): unknown {
  const good: Record<string, unknown> = structuredClone(goodRequest(random));
  for (let count = 0; count <= below(random, 3); count += 1) {
    const name = pick(random, [...Object.keys(good), 'kind', 'tasks', 'more', 'project']);
    if (random() < 0.2) delete good[name];
    else if (name === 'tasks' && Array.isArray(good['tasks'])) {
      const task = good['tasks'].find((each) => typeof each === 'object' && each !== null) as
        | Record<string, unknown>
        | undefined;
      if (task !== undefined)
        task[pick(random, [...Object.keys(task), 'batch', 'retries', 'wrapper', 'for'])] = anyValue(random);
    } else if (name === 'end')
      good['end'] = {
        ...(good['end'] as object),
        [pick(random, ['kind', 'version', 'error', 'cost'])]: anyValue(random),
      };
    else good[name] = anyValue(random);
  }
  return good;
}

function goodRequest(random: Random): Record<string, unknown> {
  const [worker, id] = [`w${below(random, 4)}`, attemptId(below(random, 300))];
  return pick<() => Record<string, unknown>>(random, [
    () => ({ ...submitOf(`r${below(random, 5)}`, below(random, 20)) }),
    () => ({ ...nextOf(worker, id) }),
    () => ({ ...reportOf(worker, id) }),
    () => ({ kind: 'beat', worker, attempts: [id] }),
    () => ({ kind: 'cancel', run: `r${below(random, 5)}` }),
    () => ({ kind: 'retry', run: `r${below(random, 5)}` }),
    () => ({ kind: pick(random, ['pause', 'resume', 'tick', 'started']) }),
  ])();
}

function post(server: Running, body: string | Buffer, token = server.tokens.operator, extra = ''): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(
      `POST /v1/requests HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n${extra}\r\n`,
    ),
    bytes,
  ]);
}

function get(path: string, authorization: string): Buffer {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: ${authorization}\r\n\r\n`,
    'latin1',
  );
}

const paths = [
  '/',
  '/v1',
  '/v1/runs/..',
  '/v1/../../etc/passwd',
  '/v1/runs/%2e%2e/tasks',
  '/v1/runs/%00',
  '/v1/runs/%',
  '/v1/runs/r0/tasks/',
  '//',
  '/metrics/../v1/runs',
  '/v1/runs/..%2f..%2fjournal.sqlite',
  '/v1/attempts?run=%27%20OR%201=1--',
  '/v1/attempts?limit=1e3',
  '/v1/runs?limit=99999',
  '/v1/runs/__proto__',
  '/v1/runs/constructor/tasks',
  '/?%',
  '/v1/attempts?task=' + 'x'.repeat(3000),
  'http://elsewhere/v1/runs',
  '*',
];

const attacks: Readonly<Record<string, (random: Random, server: Running) => Omit<Attack, 'kind'>>> = {
  bytes: (random) => ({ bytes: randomBytes(random, 1 + below(random, 300)) }),
  'bytes for a body': (random, server) => ({ bytes: post(server, randomBytes(random, below(random, 300))) }),
  'any value': (random, server) => ({ bytes: post(server, JSON.stringify(anyValue(random))) }),
  bent: (random, server) => ({ bytes: post(server, JSON.stringify(bent(random))) }),
  'bent by a worker': (random, server) => ({
    bytes: post(server, JSON.stringify(bent(random)), server.tokens.worker),
  }),
  good: (random, server) => ({ bytes: post(server, JSON.stringify(goodRequest(random))) }),
  'an id twice': (random, server) => {
    const [id, other] = [attemptId(below(random, 300)), attemptId(300 + below(random, 300))];
    const ids = random() < 0.5 ? [[id, id], []] : [[id], pick(random, [[id], [other, other]])];
    const [attempts, more] = ids;
    return { bytes: post(server, JSON.stringify({ ...nextOf('w0'), attempts, more })) };
  },
  'cut JSON': (random, server) => {
    const text = JSON.stringify(goodRequest(random));
    return { bytes: post(server, text.slice(0, below(random, text.length))) };
  },
  deep: (random, server) => {
    const depth = pick(random, [60, 70, 1000, 50_000]);
    const open = pick(random, ['[', '{"a":', '{"kind":"beat","attempts":[']);
    return { bytes: post(server, open.repeat(depth)) };
  },
  'deep in a member': (random, server) => {
    const depth = pick(random, [30, 63, 2000]);
    return {
      bytes: post(
        server,
        `{"kind":"report","worker":"w","attempt":"a","end":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      ),
    };
  },
  huge: (random, server) => ({
    bytes: post(server, Buffer.alloc(pick(random, [200_000, 300_000]), 0x20), server.tokens.worker),
  }),
  'huge by its word': (_, server) => ({
    bytes: post(server, '', server.tokens.operator)
      .subarray(0, -2)
      .toString()
      .replace('content-length: 0', 'content-length: 99999999999') as never,
  }),
  'a lie about its length': (random, server) => ({
    bytes: Buffer.from(
      post(server, '{}')
        .toString()
        .replace('content-length: 2', `content-length: ${pick(random, ['-1', 'x', '2, 3', '1e3'])}`),
    ),
  }),
  'unknown token': (random, server) => ({
    bytes: post(
      server,
      JSON.stringify(goodRequest(random)),
      pick(random, ['x', '..', 'daybook_operator_', 'a'.repeat(2000)]),
    ),
  }),
  'strange authorization': (random) => ({
    bytes: get(
      '/v1/runs',
      pick(random, ['', 'Bearer', 'Basic x', 'Bearer \xff', 'bearer a b', 'Bearer '.repeat(100)]),
    ),
  }),
  path: (random, server) => ({ bytes: get(pick(random, paths), `Bearer ${server.tokens.operator}`) }),
  'path without a token': (random) => ({ bytes: get(pick(random, paths), '') }),
  method: (random, server) => ({
    bytes: Buffer.from(
      `${pick(random, ['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'BREW'])} ${pick(random, ['/v1/runs', '/v1/requests', '/healthz', '/nowhere'])} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${server.tokens.operator}\r\n\r\n`,
    ),
  }),
  'long headers': (random, server) => ({
    bytes: post(
      server,
      '{}',
      server.tokens.operator,
      `x-long: ${'y'.repeat(pick(random, [10_000, 20_000, 100_000]))}\r\n`,
    ),
  }),
  'other headers': (random, server) => ({
    bytes: post(
      server,
      '{}',
      server.tokens.operator,
      pick(random, [
        'daybook-protocol: 2\r\n',
        'expect: 100-continue\r\n',
        'expect: tea\r\n',
        'transfer-encoding: chunked\r\n',
        'content-encoding: gzip\r\n',
        'upgrade: websocket\r\nconnection: upgrade\r\n',
      ]),
    ),
  }),
  'other type': (_, server) => ({
    bytes: Buffer.from(post(server, '{}').toString().replace('application/json', 'text/html')),
  }),
  'half a request': (random, server) => {
    const bytes = post(server, JSON.stringify(goodRequest(random)));
    return { bytes: bytes.subarray(0, 1 + below(random, bytes.length - 1)), unfinished: true };
  },
};

const longestAnswerMs = 500;

/** Sends the bytes and gives all that comes back. */
async function send(server: Running, { bytes, unfinished = false }: Attack): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const answered = new Promise((resolve) => socket.once('data', resolve));
  if (unfinished) socket.end(bytes);
  else {
    socket.write(bytes);
    // A server lets go of whoever ends before it has answered. Random bytes may look like the beginning of something, and get none.
    await Promise.race([answered, closed, setTimeout(longestAnswerMs, undefined, { ref: false })]);
    socket.end();
  }
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

test(
  `${requests} hostile requests of the seed ${seed}: no crash, no 500, nothing of the insides`,
  { timeout: 600_000 },
  async () => {
    const server = await running({ limits: { workerBodyBytes: 250_000, headersMs: 5000 }, leaseMs: 5 });
    createToken(server.state, 'reader');
    const statuses = new Map<string, number>();
    const wrong: string[] = [];
    let sent = 0;
    const lane = async (index: number): Promise<void> => {
      const random = randomOf(seed * 1000 + index);
      while (sent < requests) {
        sent += 1;
        const one = attack(random, server);
        const answer = await send(server, one);
        const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none';
        statuses.set(`${one.kind}: ${status}`, (statuses.get(`${one.kind}: ${status}`) ?? 0) + 1);
        const why = suspicion(answer, status, server);
        if (why !== undefined)
          wrong.push(
            `${why} [${one.kind}] ${one.bytes.toString('latin1').slice(0, 300)} → ${answer.slice(0, 500)}`,
          );
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    expect(wrong.slice(0, 3)).toEqual([]);
    // Each kind of attack got something, and the honest are still served.
    expect([...statuses.keys()].toSorted().join('\n')).toMatch(/good: 200/);
    expect(statuses.get('good: none')).toBeUndefined();
    expect([...statuses.keys()].filter((each) => each.startsWith('an id twice'))).toEqual([
      'an id twice: 422',
    ]);
    expect(server.lines.filter((line) => line.includes('"event":"bug"'))).toEqual([]);
    expect((await server.post(submitOf('after', 1))).status).toBe(200);
    await server.stop();
    // All that it took in can be played back.
    const again = await running({ state: server.state });
    expect((await again.fetch('/v1/runs/after')).status).toBe(200);
  },
);

function suspicion(answer: string, status: string, server: Running): string | undefined {
  const insides = /\bat .*\.[jt]s:\d+|node:internal|node_modules|\/packages\/|SQLITE|sqlite|Error:|TypeError/;
  if (status === '500') return 'a 500';
  if (insides.test(answer)) return 'insides';
  if (answer.includes(server.state)) return 'a path of the server';
  if (Object.values(server.tokens).some((token) => answer.includes(token))) return 'a token';
  if (Number(status) >= 400 && !answer.includes('application/problem+json'))
    return 'an error that is no problem document';
  return undefined;
}
