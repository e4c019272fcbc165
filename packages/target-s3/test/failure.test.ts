import { DaybookError } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { isMissing, isPassing, s3Failure } from '../src/failure.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** An error as the SDK throws it: what the store answered, with what it says and echoes. */
function answered(name: string, status: number): Error {
  return Object.assign(new Error(`the store says ${secret}`), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: status, requestId: 'R1', attempts: 6 },
    StringToSign: secret,
  });
}

function ofTheNetwork(code: string): Error {
  return Object.assign(new Error(`${code} ${secret}`), { code });
}

/** `name status -> code: what the message says` */
const answers = `
  SlowDown 503                       -> target-failed  | it is asked too often | fewer workers
  ServiceUnavailable 503             -> target-failed  | it is asked too often | Run again later
  TooManyRequestsException 429       -> target-failed  | it is asked too often | Run again later
  InternalError 500                  -> target-failed  | a fault of its own | Run again later
  BadGateway 502                     -> target-failed  | a fault of its own | Run again later
  RequestTimeout 400                 -> target-failed  | no answer in time | Run again later
  IncompleteBody 400                 -> target-failed  | the connection broke | Run again later
  BadDigest 400                      -> target-failed  | not those that were sent | Run again later
  NoSuchBucket 404                   -> target-refused | no such bucket | correct .bucket.
  NotFound 404                       -> target-refused | does not take the request | documentation
  AccessDenied 403                   -> target-refused | no permission | Allow it in the policy
  Forbidden 403                      -> target-refused | no permission | Allow it in the policy
  Unauthorized 401                   -> target-refused | no permission | Allow it in the policy
  ExpiredToken 400                   -> target-refused | credentials have expired | Sign in again
  InvalidToken 400                   -> target-refused | session token | Sign in again
  InvalidAccessKeyId 403             -> target-refused | does not know the access key | other credentials
  SignatureDoesNotMatch 403          -> target-refused | secret key does not belong | other credentials
  RequestTimeTooSkewed 403           -> target-refused | clock of this machine | NTP
  PermanentRedirect 301              -> target-refused | another region | .region.
  UnknownError 301                   -> target-refused | another region | .region.
  AuthorizationHeaderMalformed 400   -> target-refused | another region | .region.
  IllegalLocationConstraintException 400 -> target-refused | another region | .region.
  NotImplemented 501                 -> target-refused | does not know this part | daybook doctor
  KMS.DisabledException 400          -> target-refused | encryption key | enabled
  KMS.NotFoundException 400          -> target-refused | encryption key | enabled
  InvalidObjectState 403             -> target-refused | archive | Restore it
  QuotaExceeded 403                  -> target-refused | no more room | quota
  InsufficientStorage 507            -> target-refused | no more room | quota
  MalformedXML 400                   -> target-refused | does not take the request | documentation
`;

const broken = `
  ECONNRESET      -> target-failed  | the connection broke | Run again later
  EPIPE           -> target-failed  | the connection broke | Run again later
  ETIMEDOUT       -> target-failed  | no answer in time | Run again later
  ECONNREFUSED    -> target-failed  | no connection | endpoint
  ENOTFOUND       -> target-failed  | no connection | endpoint
  EAI_AGAIN       -> target-failed  | no connection | network
  HPE_INVALID_CONSTANT -> target-failed | the connection broke | Run again later
  SELF_SIGNED_CERT_IN_CHAIN -> target-refused | certificate is not trusted | host name
  CERT_HAS_EXPIRED -> target-refused | certificate is not trusted | host name
  ERR_TLS_CERT_ALTNAME_INVALID -> target-refused | certificate is not trusted | host name
`;

function rowsOf(
  table: string,
): readonly (readonly [given: string, code: string, why: string, remedy: string])[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [given = '', expected = ''] = line.split('->');
      const [code = '', why = '', remedy = ''] = expected.split('|').map((each) => each.trim());
      return [given.trim(), code, why, remedy] as const;
    });
}

function checked(error: unknown, code: string, why: string, remedy: string): void {
  const failure = s3Failure(error, 'list s3://books/stats/');
  expect(failure).toBeInstanceOf(DaybookError);
  expect(failure).toMatchObject({ code });
  const { message, cause } = failure as DaybookError;
  expect(message).toMatch(/^The store would not list s3:\/\/books\/stats\/: .*\.$/);
  expect(message).toContain(why);
  expect(message).toMatch(new RegExp(remedy));
  expect(message).not.toContain(secret);
  expect(JSON.stringify(cause, Object.getOwnPropertyNames(cause as object))).not.toContain(secret);
}

describe('an error of the store', () => {
  test.each(rowsOf(answers))('%s is %s: %s', (given, code, why, remedy) => {
    const [name = '', status = ''] = given.split(' ');
    checked(answered(name, Number(status)), code, why, remedy);
  });
});

describe('an error of the network', () => {
  test.each(rowsOf(broken))('%s is %s: %s', (given, code, why, remedy) => {
    checked(ofTheNetwork(given), code, why, remedy);
  });
});

test.each([
  ['TimeoutError', 'target-failed', 'no answer in time', 'Run again later'],
  ['CredentialsProviderError', 'target-refused', 'no credentials to ask with', 'AWS_PROFILE'],
  ['TokenProviderError', 'target-refused', 'no credentials to ask with', 'Sign in again'],
])('an error of the SDK named %s is %s: %s', (name, code, why, remedy) => {
  checked(Object.assign(new Error(secret), { name }), code, why, remedy);
});

test('a region that is nowhere given is for the configuration to give', () => {
  checked(new Error('Region is missing'), 'config-invalid', 'no region is given', 'AWS_REGION');
});

test('the name that a store gives its error is passed on only where it is a name', () => {
  const failure = s3Failure(answered(`<b>${secret}</b>`, 400), 'read x') as DaybookError;
  expect(failure.message).toContain('(an error without a name, HTTP 400)');
});

test('what says already what it is stays as it is, and so does what did not come from the store', () => {
  const others = [
    new DaybookError('part-damaged', 'The part is gone.'),
    new TypeError('undefined is not a function'),
    Object.assign(new Error('a disk of ours'), { code: 'ENOSPC' }),
    Object.assign(new Error('given up'), { name: 'AbortError' }),
    'no error at all',
    undefined,
  ];
  for (const each of others) expect(s3Failure(each, 'read x')).toBe(each);
});

test('an object that is missing is told from a bucket that is', () => {
  expect(isMissing(answered('NoSuchKey', 404))).toBe(true);
  expect(isMissing(answered('NotFound', 404))).toBe(true);
  expect(isMissing(answered('NoSuchBucket', 404))).toBe(false);
  expect(isMissing(answered('XAdminUserNotFound', 404))).toBe(false);
  expect(isMissing(answered('AccessDenied', 403))).toBe(false);
});

test('what may go through later is what an attempt is tried again for', () => {
  for (const each of [answered('SlowDown', 503), ofTheNetwork('ECONNRESET')])
    expect(isPassing(each)).toBe(true);
  for (const each of [answered('AccessDenied', 403), new TypeError('a bug')])
    expect(isPassing(each)).toBe(false);
});
