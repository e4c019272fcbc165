import type { Timer } from '../timer.ts';

/** What is posted, and how long an answer is waited for. */
export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly timer: Timer;
  nowMs(): number;
}

/** What became of a post. `why` goes on from "The receiver", and holds neither its address nor what it was sent. */
export type Answer =
  | { readonly kind: 'taken' }
  /** Another try may go well; after `afterMs`, where the receiver says so. */
  | { readonly kind: 'again'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Posts once. Follows no redirect: the address is a secret, and so is what goes there. */
export async function post(
  url: string,
  { headers, body, signal, limitMs, timer, nowMs }: Post,
): Promise<Answer> {
  const limit = new AbortController();
  const stopTimer = timer(limitMs, () => limit.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit.signal]),
    });
    if (response.ok) {
      await response.body?.cancel();
      return { kind: 'taken' };
    }
    return await refusalOf(response, nowMs());
  } catch (error) {
    if (limit.signal.aborted) return { kind: 'again', why: `did not answer within ${limitMs / 1000} s` };
    return { kind: 'again', why: `could not be reached (${codeOf(error)})` };
  } finally {
    stopTimer();
  }
}

async function refusalOf(response: Response, nowMs: number): Promise<Answer> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    return { kind: 'refused', why: `redirects elsewhere (${status}), which is not followed` };
  }
  const why = `answered with ${status}${await wordOf(response)}`;
  if (status !== 429 && status < 500) return { kind: 'refused', why };
  const afterMs = retryAfterMs(headers.get('retry-after'), nowMs);
  return { kind: 'again', why, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** The word by which Slack says what is wrong, such as `invalid_payload`; of other answers nothing. */
async function wordOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const word = new TextDecoder().decode(value ?? new Uint8Array());
  return /^[a-z]+(_[a-z]+)+$/.test(word) && word.length <= 64 ? ` (${word})` : '';
}

/** Seconds, or a date: RFC 9110, 10.2.3. */
function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** The code of a system error: its message would have the host in it. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'no connection';
}
