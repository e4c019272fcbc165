import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AttemptEnd, DaybookEvent, EventKind } from '@daybook/core';
import { eventKinds, webhook } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import { blocksOf, root } from '../documents/blocks.ts';

type Of<Kind extends EventKind> = Extract<DaybookEvent, { readonly kind: Kind }>;
type Presence<T, K extends keyof T> = {} extends Pick<T, K> ? 'maybe' : 'always';

/** The fields of each event, in the order of the page: the compiler holds them to core's types. */
const fields: {
  readonly [Kind in EventKind]: {
    readonly [Field in Exclude<keyof Of<Kind>, 'kind'>]: Presence<Of<Kind>, Field>;
  };
} = {
  runStarted: {
    at: 'always',
    run: 'always',
    today: 'always',
    command: 'maybe',
    target: 'maybe',
    counts: 'always',
  },
  runEnded: {
    at: 'always',
    run: 'always',
    today: 'always',
    command: 'maybe',
    target: 'maybe',
    counts: 'always',
    outcome: 'always',
    durationMs: 'always',
  },
  attemptStarted: {
    at: 'always',
    run: 'always',
    task: 'always',
    name: 'always',
    attempt: 'always',
    number: 'always',
    worker: 'always',
    runner: 'always',
  },
  attemptEnded: {
    at: 'always',
    run: 'always',
    task: 'always',
    name: 'always',
    attempt: 'always',
    number: 'always',
    worker: 'always',
    runner: 'always',
    end: 'always',
    durationMs: 'always',
    retryAt: 'maybe',
  },
  dependencyMissing: { at: 'always', run: 'always', task: 'always', name: 'always', for: 'always' },
  restated: {
    at: 'always',
    run: 'always',
    task: 'always',
    name: 'always',
    attempt: 'always',
    version: 'always',
    reason: 'always',
    rows: 'always',
  },
  controlFailed: {
    at: 'always',
    run: 'always',
    task: 'always',
    name: 'always',
    attempt: 'always',
    controls: 'always',
  },
  clusterCreated: { at: 'always', runner: 'always', cluster: 'always' },
  clusterEnded: {
    at: 'always',
    runner: 'always',
    cluster: 'always',
    since: 'always',
    durationMs: 'always',
    cost: 'maybe',
  },
};

/** How attempts end: the compiler holds them to core's type. */
const ends: Readonly<Record<AttemptEnd['kind'], true>> = {
  published: true,
  unchanged: true,
  fresh: true,
  waiting: true,
  superseded: true,
  failed: true,
  blocked: true,
  'timed-out': true,
  crashed: true,
  lost: true,
  cancelled: true,
};

const page = readFileSync(join(root, 'docs/events.md'), 'utf8');
const [, events = ''] = /^## The events\n([^]*?)^## /m.exec(page) ?? [];
const parts = events
  .split(/^### /m)
  .slice(1)
  .map((part) => ({ kind: (/^`(\w+)`/.exec(part)?.[1] ?? '') as EventKind, text: part }));

test('docs/events.md has every event, and no other', () => {
  expect(parts.map(({ kind }) => kind)).toEqual(eventKinds);
});

test.each(parts)(
  'docs/events.md has every field of $kind, and whether it is always there',
  ({ kind, text }) => {
    const rows = [...text.matchAll(/^\| `(\w+)` +\| (always|maybe) +\|/gm)];
    expect(rows.map(([, field, there]) => [field, there])).toEqual(Object.entries(fields[kind]));
  },
);

test.each(parts)('docs/events.md shows a whole $kind', ({ kind, text }) => {
  const [, json = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
  const example = JSON.parse(json) as Readonly<Record<string, unknown>>;
  expect(example['kind']).toBe(kind);
  const known = Object.entries(fields[kind]);
  const shown = Object.keys(example).filter((field) => field !== 'kind');
  expect(shown.filter((field) => !known.some(([name]) => name === field))).toEqual([]);
  expect(known.filter(([name, there]) => there === 'always' && !shown.includes(name))).toEqual([]);
  for (const name of ['at', 'since', 'retryAt'])
    if (name in example) expect(example[name]).toBe(new Date(String(example[name])).toISOString());
});

test('docs/events.md has every way in which an attempt ends, and no other', () => {
  const [, table = ''] = /^\| `end\.kind`.*\n\|[- |]+\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const kinds = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
  expect(kinds.map(([, kind]) => kind)).toEqual(Object.keys(ends));
});

test('docs/events.md verifies what the webhook signs, and refuses what it did not', async () => {
  const block = blocksOf('docs/events.md').find(({ text }) => text.includes('isSigned'));
  const folder = mkdtempSync(join(tmpdir(), 'daybook-events-'));
  writeFileSync(join(folder, 'verify.mts'), block?.text ?? '');
  const posts: { readonly body: string; readonly header: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      posts.push({ body, header: String(request.headers['daybook-signature']) });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const { isSigned } = (await import(pathToFileURL(join(folder, 'verify.mts')).href)) as {
    isSigned(body: string, header: string, secret: string, nowMs?: number): boolean;
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const event = {
    kind: 'clusterCreated',
    at: '2018-07-25T05:00:03.000Z',
    runner: 'émr',
    cluster: 'j-1',
  } as const;
  await webhook({ url, secret: 'a key' })(event, { signal: new AbortController().signal });
  const [{ body, header } = expect.unreachable()] = posts;
  expect(isSigned(body, header, 'a key')).toBe(true);
  expect(isSigned(body, header, 'another key')).toBe(false);
  expect(isSigned(`${body} `, header, 'a key')).toBe(false);
  expect(isSigned(body, header.replace(/t=\d/, 't=2'), 'a key')).toBe(false);
  expect(isSigned(body, header, 'a key', Date.now() + 301_000)).toBe(false);
  expect(isSigned(body, '', 'a key')).toBe(false);
});
