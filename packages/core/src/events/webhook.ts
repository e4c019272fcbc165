import { createHmac, randomUUID } from 'node:crypto';
import { DaybookError } from '../errors.ts';
import { askAgainMs } from '../scheduler-port.ts';
import type { Timer } from '../timer.ts';
import { pause, processTimer } from '../timer.ts';
import type { DaybookEvent, HandlerContext } from './event.ts';
import { post } from './post.ts';
import { sentenceOf } from './sentence.ts';

export interface WebhookOptions {
  /** Where to post, such as an incoming webhook of Slack. It is a secret, and stands in no message. */
  readonly url: string;
  /** The key of the signature. Default: nothing is signed; Slack looks at no signature. */
  readonly secret?: string;
  /** How long it may take for one event, repeats included. Default 9 s: `openEvents` gives a handler 10 s. */
  readonly limitMs?: number;
}

/** Time and chance, as a webhook has them; tests have their own. */
export interface WebhookSurroundings {
  nowMs(): number;
  /** In [0, 1), for jitter. */
  random(): number;
  readonly timer: Timer;
}

/** A handler of all kinds of events. */
export type Webhook = (event: DaybookEvent, context: HandlerContext) => Promise<void>;

const realSurroundings: WebhookSurroundings = {
  nowMs: Date.now,
  random: Math.random,
  timer: processTimer,
};

/**
 * A handler that posts each event as JSON: `text` is a sentence about it, which is what incoming webhooks of Slack show, and
 * `event` the event itself. With a secret it is signed: `daybook-signature: t=<unix seconds>,v1=<hex>` has the HMAC-SHA256 of
 * `<t>.<body>`. What is not answered, or with 429 or 5xx, is posted again under the same `daybook-delivery`. Redirects are not
 * followed. What does not get there is thrown as `webhook-failed`, without the address and the secret.
 * @example
 * webhook({ url: 'https://hooks.slack.com/services/…' })
 */
export function webhook(options: WebhookOptions): Webhook {
  return webhookIn(options, realSurroundings);
}

/** A webhook in surroundings that are given. */
export function webhookIn(
  { url, secret, limitMs = 9000 }: WebhookOptions,
  { nowMs, random, timer }: WebhookSurroundings,
): Webhook {
  if (!isHttp(url))
    throw new DaybookError(
      'config-invalid',
      'webhook({ url }) is no address: give one that begins with https://.',
    );
  if (secret === '')
    throw new DaybookError('config-invalid', 'webhook({ secret }) is empty: give a key, or leave it out.');
  return async (event, { signal }) => {
    const body = JSON.stringify({ text: slackText(sentenceOf(event)), event });
    const delivery = randomUUID();
    const untilMs = nowMs() + limitMs;
    for (let tries = 1; ; tries += 1) {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'daybook-delivery': delivery,
        ...signatureOf(body, secret, nowMs()),
      };
      // A post that hangs leaves time for another one.
      const postMs = Math.min(untilMs - nowMs(), limitMs / 2);
      const answer = await post(url, { headers, body, signal, limitMs: postMs, timer, nowMs });
      if (answer.kind === 'taken') return;
      const pauseMs = answer.kind === 'refused' ? Infinity : (answer.afterMs ?? askAgainMs(tries, random));
      if (signal.aborted || nowMs() + pauseMs >= untilMs) throw failed(answer.why, tries);
      await pause(timer, pauseMs, signal);
    }
  };
}

function isHttp(url: unknown): boolean {
  return typeof url === 'string' && /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

/** Slack reads `&`, `<` and `>` as marks: https://docs.slack.dev/messaging/formatting-message-text */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function signatureOf(
  body: string,
  secret: string | undefined,
  nowMs: number,
): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  const seconds = Math.floor(nowMs / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { 'daybook-signature': `t=${seconds},v1=${digest}` };
}

function failed(why: string, tries: number): DaybookError {
  const times = tries === 1 ? '' : `, ${tries} times`;
  return new DaybookError(
    'webhook-failed',
    `The webhook's receiver ${why}${times}: see to its address and to what it takes.`,
  );
}
