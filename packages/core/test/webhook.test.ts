import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DaybookEvent } from '../src/events/event.ts';
import { openEvents } from '../src/events/open-events.ts';
import type { WebhookOptions } from '../src/events/webhook.ts';
import { webhook, webhookIn } from '../src/events/webhook.ts';
import type { HandTimer } from './hand-timer.ts';
import { handTimer } from './hand-timer.ts';
import { thrownBy } from './text-table.ts';
import type { Receiver } from './webhook-receiver.ts';
import { hang, ok, receiver, reset, status } from './webhook-receiver.ts';

const at = '2018-08-01T06:00:00.000Z';
const startMs = Date.parse(at);
const event: DaybookEvent = {
  kind: 'dependencyMissing',
  at,
  run: 'r',
  task: 'transactions/date=2018-07-24',
  name: 'transactions',
  for: 'the exchange <b> & co. to close the day',
};

/** Posts the event on time that passes by hand; `ended` is what was thrown, or `taken`. */
function posting(options: WebhookOptions, signal = new AbortController().signal) {
  const time = handTimer(startMs);
  const post = webhookIn(options, { nowMs: time.nowMs, random: () => 0.5, timer: time.timer });
  const ended = post(event, { signal }).then(
    () => 'taken',
    (error: unknown) => String(error),
  );
  return { time, ended };
}

/** Lets time pass until the receiver has had so many posts, by a tenth of a second; tells when it came to that. */
async function passUntil(time: HandTimer, to: Receiver, count: number): Promise<number> {
  for (let turns = 0; to.received.length < count && turns < 2000; turns += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (time.waiting > 0) await time.pass(100);
  }
  return time.nowMs() - startMs;
}

async function passToEnd(time: HandTimer, ended: Promise<string>): Promise<string> {
  const state = { over: false };
  void ended.then(() => (state.over = true));
  for (let turns = 0; !state.over && turns < 2000; turns += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await time.pass(100);
  }
  return await ended;
}

describe('a webhook', () => {
  test('posts a sentence that Slack shows, and the event', async () => {
    const to = await receiver(ok);
    expect(await posting({ url: to.url }).ended).toBe('taken');
    expect(to.received).toHaveLength(1);
    const [{ method, path, headers, body } = expect.unreachable()] = to.received;
    expect([method, path, headers['content-type']]).toEqual([
      'POST',
      '/services/T0/B0/hush',
      'application/json; charset=utf-8',
    ]);
    expect(JSON.parse(body)).toEqual({
      text: 'transactions/date=2018-07-24 waits for the exchange &lt;b&gt; &amp; co. to close the day. Run it again when that is there.',
      event,
    });
    expect(headers['daybook-signature']).toBeUndefined();
  });

  test('signs what it posts with its secret, and the time of each post', async () => {
    const to = await receiver(status(503, '', { 'retry-after': '4' }), ok);
    const { time, ended } = posting({ url: to.url, secret: 'a key' });
    await passUntil(time, to, 2);
    expect(await ended).toBe('taken');
    const [first, second] = to.received.map(({ headers, body }) => {
      const [, seconds = '', digest] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['daybook-signature'])) ?? [];
      expect(digest).toBe(createHmac('sha256', 'a key').update(`${seconds}.${body}`).digest('hex'));
      return { seconds: Number(seconds), delivery: headers['daybook-delivery'], body };
    });
    expect(first?.seconds).toBe(startMs / 1000);
    expect(second?.seconds).toBeGreaterThanOrEqual(startMs / 1000 + 4);
    expect(second?.body).toBe(first?.body);
    expect(second?.delivery).toBe(first?.delivery);
    expect(first?.delivery).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['500', status(500)],
    ['503', status(503, 'busy')],
    ['429', status(429)],
    ['a broken connection', reset],
  ])('posts again after %s, later each time', async (_, failing) => {
    const to = await receiver(failing, failing, ok);
    const { time, ended } = posting({ url: to.url });
    const againMs = await passUntil(time, to, 2);
    expect(againMs).toBeGreaterThanOrEqual(500);
    const thirdMs = await passUntil(time, to, 3);
    expect(thirdMs - againMs).toBeGreaterThanOrEqual(900);
    expect(await ended).toBe('taken');
    expect(to.received).toHaveLength(3);
  });

  test.each([
    ['seconds', '4'],
    ['a date', new Date(startMs + 4000).toUTCString()],
  ])('leaves the receiver alone for as long as it says, in %s', async (_, after) => {
    const to = await receiver(status(429, '', { 'retry-after': after }), ok);
    const { time, ended } = posting({ url: to.url });
    expect(await passUntil(time, to, 2)).toBeGreaterThanOrEqual(3900);
    expect(await ended).toBe('taken');
  });

  test('gives up at once where the receiver wants more time than there is', async () => {
    const to = await receiver(status(429, 'rate_limited', { 'retry-after': '60' }));
    expect(await posting({ url: to.url }).ended).toBe(
      "DaybookError: The webhook's receiver answered with 429 (rate_limited): see to its address and to what it takes.",
    );
    expect(to.received).toHaveLength(1);
  });

  test('gives up after its limit', async () => {
    const to = await receiver(status(500));
    const { time, ended } = posting({ url: to.url });
    expect(await passToEnd(time, ended)).toMatch(/answered with 500, \d times: see to/);
    expect(time.nowMs() - startMs).toBeLessThanOrEqual(9000);
    expect(to.received.length).toBeGreaterThan(3);
  });

  test('waits for no answer longer than half of its limit, and posts again', async () => {
    const to = await receiver(hang, ok);
    const { time, ended } = posting({ url: to.url });
    await to.came(1);
    await time.pass(4400);
    expect(to.received).toHaveLength(1);
    await passUntil(time, to, 2);
    expect(await ended).toBe('taken');
    const never = await receiver(hang);
    const other = posting({ url: never.url });
    expect(await passToEnd(other.time, other.ended)).toMatch(/did not answer within [\d.]+ s, 2 times/);
  });

  test('ends when it is given up', async () => {
    const to = await receiver(hang);
    const given = new AbortController();
    const { ended } = posting({ url: to.url }, given.signal);
    await to.came(1);
    given.abort();
    expect(await ended).toContain('webhook');
    expect(to.received).toHaveLength(1);
  });

  test.each([
    [status(404, 'no_service'), 'answered with 404 (no_service)'],
    [status(400, 'invalid_payload'), 'answered with 400 (invalid_payload)'],
    [status(403, '<html>A page with /services/T0/B0/hush</html>'), 'answered with 403'],
  ])('does not post again what is refused', async (answer, why) => {
    const to = await receiver(answer);
    expect(await posting({ url: to.url }).ended).toBe(
      `DaybookError: The webhook's receiver ${why}: see to its address and to what it takes.`,
    );
    expect(to.received).toHaveLength(1);
  });

  test.each([301, 302, 307, 308])('follows no redirect: %i', async (code) => {
    const other = await receiver(ok);
    const to = await receiver(status(code, '', { location: other.url }));
    expect(await posting({ url: to.url }).ended).toContain(
      `redirects elsewhere (${code}), which is not followed`,
    );
    expect([to.received.length, other.received.length]).toEqual([1, 0]);
  });

  test('tells neither its address nor its secret', async () => {
    const closed = 'http://hush.invalid/services/hush';
    const { time, ended } = posting({ url: closed, secret: 'hush hush' });
    const told = await passToEnd(time, ended);
    expect(told).toContain('could not be reached (');
    expect(told).not.toContain('hush');
  });

  test.each([[undefined], [''], ['hooks.slack.com/services/T0'], ['ftp://hush']])(
    'refuses the address %s when it is made, without telling it',
    (url) => {
      expect(thrownBy(() => webhook({ url: url as string }))).toBe(
        'config-invalid: webhook({ url }) is no address: give one that begins with https://.',
      );
    },
  );

  test('refuses an empty secret', () => {
    expect(thrownBy(() => webhook({ url: 'https://here', secret: '' }))).toBe(
      'config-invalid: webhook({ secret }) is empty: give a key, or leave it out.',
    );
  });

  test('works as a handler, and what goes wrong with it is reported', async () => {
    const to = await receiver(ok, status(404, 'no_service'));
    const reports: string[] = [];
    const { tell, close } = openEvents(
      { dependencyMissing: webhook({ url: to.url }) },
      { reported: (why) => reports.push(why) },
    );
    tell(event);
    tell(event);
    await close();
    expect(to.received).toHaveLength(2);
    expect(reports).toEqual([
      "The event handler on.dependencyMissing failed: The webhook's receiver answered with 404 (no_service): see to its address and to what it takes. Nothing else has changed by it: see to the handler.",
    ]);
  });
});
