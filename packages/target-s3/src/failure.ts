import { DaybookError } from '@daybook/core';
import type { FailureFacts } from './failure-meanings.ts';
import { meaningOf, meaningByName } from './failure-meanings.ts';

/**
 * What an error of the SDK means, as an error of the closed list: `target-failed` where the store may do it later,
 * `target-refused` where it will not until somebody sees to it, `config-invalid` where the configuration says what cannot be.
 * Nothing of what the store wrote is passed on but the name of its error, so that no secret is. What did not come from the
 * store or from the way to it, such as a bug, is given back as it is.
 * @param doing what could not be done, and where: `list s3://books/stats/versions/`
 */
export function s3Failure(error: unknown, doing: string): unknown {
  if (error instanceof DaybookError) return error;
  const facts = factsOf(error);
  if (facts === undefined) return error;
  const { code, why, remedy } = meaningOf(facts);
  const told = facts.status === undefined ? facts.name : `${facts.name}, HTTP ${facts.status}`;
  // The SDK's own error holds the request with its signature, so it is not passed on as the cause.
  const cause = new Error(facts.requestId === undefined ? told : `${told}, request ${facts.requestId}`);
  return new DaybookError(code, `The store would not ${doing}: ${why} (${told}). ${remedy}`, { cause });
}

/**
 * Whether the store said that there is no such object. Another 404 says that something else is not there: a bucket, a user.
 * `NotFound` is what the SDK calls the answer to a HEAD, which does not say what is missing.
 */
export function isMissing(error: unknown): boolean {
  const name = factsOf(error)?.name;
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** The HTTP status that the store answered with; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  return factsOf(error)?.status;
}

/** The name of the store's error, such as `NoSuchUpload`. */
export function nameOf(error: unknown): string | undefined {
  return factsOf(error)?.name;
}

/** Whether nothing is known of what became of a request, or it may go through later: no answer, a fault, or too many. */
export function isPassing(error: unknown): boolean {
  const facts = factsOf(error);
  return facts !== undefined && meaningOf(facts).code === 'target-failed';
}

interface Facts extends FailureFacts {
  readonly requestId: string | undefined;
}

function factsOf(error: unknown): Facts | undefined {
  if (!(error instanceof Error) || error instanceof DaybookError) return undefined;
  const { name, code, message, $metadata } = error as Error & {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  if (message === 'Region is missing')
    return { name: 'RegionMissing', status: undefined, requestId: undefined };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined)
    return { name: wordOf(name), status, requestId: wordOrNothing($metadata?.requestId) };
  if (name === 'TimeoutError' || name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return { name, status: undefined, requestId: undefined };
  if (name === 'AbortError' || name === 'AssertionError') return undefined;
  return typeof code === 'string' && isOfTheNetwork(code)
    ? { name: code, status: undefined, requestId: undefined }
    : undefined;
}

/** A name, as far as it is one: a store may write anything there. */
function wordOf(name: string): string {
  return /^[A-Za-z0-9._]{1,60}$/.test(name) ? name : 'an error without a name';
}

function wordOrNothing(text: string | undefined): string | undefined {
  return text !== undefined && /^[A-Za-z0-9+/=_-]{1,100}$/.test(text) ? text : undefined;
}

function isOfTheNetwork(code: string): boolean {
  return (
    Object.hasOwn(meaningByName, code) ||
    /^E(CONN|HOST|NET|PROTO)|CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|^ERR_TLS|^ERR_SSL|^HPE_/.test(code)
  );
}
