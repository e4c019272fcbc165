/**
 * What an error of a call to AWS means. `refused`: it will not be done until somebody sees to it. `not-done`: it surely was
 * not done, and may be later. `doubtful`: it may have been done or not.
 */
export interface Meaning {
  readonly kind: 'refused' | 'not-done' | 'doubtful';
  /** What the service or the network calls it, with the HTTP status where an answer came. */
  readonly name: string;
  /** The first line of what it says; without it where it may hold what is nobody's business. */
  readonly message: string;
}

const throttled = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'BandwidthLimitExceeded',
]);

/** Of the network: no connection was had, so nothing was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Of this machine: who asks, and where, is not known. */
const unasked = new Set(['CredentialsProviderError', 'TokenProviderError']);

/** Matches by name and status, never by message. Undefined for what did not come from the service or the way to it: a bug. */
export function meaningOf(error: unknown): Meaning | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code, message, $metadata } = error as Error & {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const firstLine = message.split('\n')[0]!.slice(0, 500);
  const status = $metadata?.httpStatusCode;
  if (throttled.has(name) || status === 429)
    return { kind: 'not-done', name: told(name, status), message: firstLine };
  if (unasked.has(name) || message === 'Region is missing')
    return { kind: 'refused', name, message: firstLine };
  if (status !== undefined && status >= 400) {
    const kind = status >= 500 || status === 408 ? 'doubtful' : 'refused';
    return { kind, name: told(name, status), message: firstLine };
  }
  if (name === 'TimeoutError') return { kind: 'doubtful', name, message: firstLine };
  if (name === 'AbortError' || name === 'AssertionError' || name === 'TypeError') return undefined;
  if (typeof code !== 'string') {
    // An answer came that is none, such as the page of a proxy.
    return status === undefined
      ? undefined
      : { kind: 'doubtful', name: told(name, status), message: firstLine };
  }
  if (neverSent.has(code)) return { kind: 'not-done', name: code, message: firstLine };
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|^ERR_TLS|^ERR_SSL|^EPROTO/.test(code)) {
    return { kind: 'refused', name: code, message: firstLine };
  }
  return { kind: 'doubtful', name: code, message: firstLine };
}

function told(name: string, status: number | undefined): string {
  const word = /^[A-Za-z0-9._]{1,60}$/.test(name) ? name : 'an error without a name';
  return status === undefined ? word : `${word}, HTTP ${status}`;
}
