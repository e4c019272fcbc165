import { describe, expect, test } from 'vitest';
import type { FaultKind, ServedRequest } from '../src/index.ts';
import { control, date, dayText, pageUrl, sequencesIn, serve } from './fixtures.ts';

describe('a fault', () => {
  test('error500 answers 500 as often as it was told, and then no more', async () => {
    const server = await serve({}, { faults: [{ kind: 'error500', times: 2 }] });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await fetch(`${server.url}/v1/days/${date}`)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  test('reset ends the connection without an answer', async () => {
    const server = await serve({}, { faults: [{ kind: 'reset' }] });
    await expect(fetch(`${server.url}/v1/days/${date}`)).rejects.toMatchObject({
      cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) },
    });
    expect((await fetch(`${server.url}/v1/days/${date}`)).status).toBe(200);
  });

  test.each([0, 1, 500, 400_000, 10_000_000])(
    'cut-body ends the connection before the body ends, after %d bytes',
    async (afterBytes) => {
      const server = await serve({}, { faults: [{ kind: 'cut-body', afterBytes }] });
      const whole = dayText(server.exchange);
      const { text, failed } = await readAll(pageUrl(server, 0, 10_000));
      expect(failed).toBe(true);
      expect(text.length).toBe(Math.min(afterBytes, whole.length - 1));
      expect(whole.startsWith(text)).toBe(true);
    },
  );

  test('cut-body cuts totals and compressed pages too', async () => {
    const server = await serve({}, { faults: [{ kind: 'cut-body', afterBytes: 20, times: 2 }] });
    expect((await readAll(`${server.url}/v1/days/${date}`)).failed).toBe(true);
    expect((await readAll(pageUrl(server, 0, 10_000), 'gzip')).failed).toBe(true);
  });

  test.each([0, 300])('stall is silent for as long as it was told, after %d bytes', async (afterBytes) => {
    const server = await serve({}, { faults: [{ kind: 'stall', afterBytes, stallMs: 150 }] });
    const startMs = performance.now();
    const { text, failed } = await readAll(pageUrl(server, 0, 10_000));
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(145);
    expect({ text, failed }).toEqual({ text: dayText(server.exchange), failed: false });
  });

  test('stall does not keep the server from ending', async () => {
    const server = await serve({}, { faults: [{ kind: 'stall', stallMs: 60_000 }] });
    const stalled = fetch(`${server.url}/v1/days/${date}`).catch(() => 'ended');
    await expect.poll(() => server.faults.pending()).toEqual([]);
    await server.close();
    expect(await stalled).toBe('ended');
  });

  test('repeat-page serves the page before in place of the one asked for', async () => {
    const server = await serve({}, { faults: [{ kind: 'repeat-page' }] });
    const first = await (await fetch(pageUrl(server, 0, 100))).text();
    expect(sequencesIn(first)[0]).toBe(1);
    expect(await (await fetch(pageUrl(server, 100, 100))).text()).toBe(first);
    expect(sequencesIn(await (await fetch(pageUrl(server, 100, 100))).text())[0]).toBe(101);
  });

  test('short-page serves fewer lines, and none when told so', async () => {
    const server = await serve({}, { faults: [{ kind: 'short-page' }, { kind: 'short-page', lines: 0 }] });
    const lengths = [];
    for (let i = 0; i < 3; i += 1) {
      lengths.push(sequencesIn(await (await fetch(pageUrl(server, 0, 90))).text()).length);
    }
    expect(lengths).toEqual([30, 0, 90]);
  });

  test('etag-moves brings late postings between the totals and a page', async () => {
    const server = await serve({}, { faults: [{ kind: 'etag-moves' }] });
    const totals = await fetch(`${server.url}/v1/days/${date}`);
    const page = await fetch(pageUrl(server, 0, 10));
    expect(page.headers.get('etag')).not.toBe(totals.headers.get('etag'));
    const again = await fetch(`${server.url}/v1/days/${date}`);
    expect(again.headers.get('etag')).toBe(page.headers.get('etag'));
    expect(await again.json()).toMatchObject({ count: 10_002 });
  });

  test('befalls only the requests that its path names, in the order asked for', async () => {
    const server = await serve();
    await control(server, 'faults', { kind: 'error500', path: '2018-07-25' });
    await control(server, 'faults', { kind: 'reset', path: '2018-07-25' });
    const status = async (day: string) =>
      await fetch(`${server.url}/v1/days/${day}`).then(
        (response) => response.status,
        () => 'reset',
      );
    expect([await status(date), await status('2018-07-25'), await status('2018-07-25')]).toEqual([
      200,
      500,
      'reset',
    ]);
    expect([await status(date), await status('2018-07-25')]).toEqual([200, 200]);
  });

  test('can be taken back', async () => {
    const server = await serve({}, { faults: [{ kind: 'error500', times: 100 }] });
    await fetch(`${server.url}/control/faults`, { method: 'DELETE' });
    expect((await fetch(`${server.url}/v1/days/${date}`)).status).toBe(200);
  });
});

describe('faults by seed', () => {
  test('are the same for the same seed and requests, others for another seed, and of every kind', async () => {
    const [own, same, other] = await Promise.all([faultsOf(5), faultsOf(5), faultsOf(6)]);
    expect(own).toEqual(same);
    expect(own).not.toEqual(other);
    expect(new Set(own).size).toBe(8);
  });

  test('are only of the kinds asked for', async () => {
    const kinds = new Set<FaultKind | undefined>();
    const server = await serve(
      {},
      { faultRate: 0.5, faultKinds: ['error500'], onRequest: ({ fault }) => kinds.add(fault) },
    );
    for (let i = 0; i < 30; i += 1) await readAll(pageUrl(server, 10, 10));
    expect(kinds).toEqual(new Set(['error500', undefined]));
  });

  test('are not more likely than can be', async () => {
    await expect(serve({}, { faultRate: 0.2 })).rejects.toThrow(/faultRate.*1\/7/);
  });
});

/** What arrives of a body, and whether it broke off. */
async function readAll(url: string, accept = 'identity'): Promise<{ text: string; failed: boolean }> {
  let text = '';
  try {
    const response = await fetch(url, { headers: { 'accept-encoding': accept } });
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
    return { text, failed: false };
  } catch {
    return { text, failed: true };
  }
}

/** The faults that come by seed to 120 requests of the same page. */
async function faultsOf(seed: number): Promise<(FaultKind | undefined)[]> {
  const faults: (FaultKind | undefined)[] = [];
  const onRequest = ({ fault }: ServedRequest) => void faults.push(fault);
  const server = await serve({ seed, postingsPerDay: 100 }, { faultRate: 0.1, onRequest });
  for (let i = 0; i < 120; i += 1) await readAll(pageUrl(server, 10, 10));
  return faults;
}
