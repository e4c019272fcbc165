import type { ErrorCode } from '@daybook/core';

/** What is known of an error: the name that the store or the network gave it, and the HTTP status where an answer came. */
export interface FailureFacts {
  readonly name: string;
  readonly status: number | undefined;
}

/** What it means to whoever runs Daybook. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const again = 'Run again later.';
const credentialRemedy =
  'Sign in again, or give this process other credentials (AWS_PROFILE, or `credentials` of s3Targets), then run again.';
const regionRemedy = 'Give s3Targets the `region` that the bucket is in, then run again.';

const throttled: Meaning = {
  code: 'target-failed',
  why: 'it is asked too often',
  remedy: 'Run again later, or with fewer workers.',
};
const credentials = (why: string): Meaning => ({ code: 'target-refused', why, remedy: credentialRemedy });
const elsewhere: Meaning = {
  code: 'target-refused',
  why: 'the bucket is in another region',
  remedy: regionRemedy,
};
const unreachable: Meaning = {
  code: 'target-failed',
  why: 'there is no connection to it',
  remedy: 'See to the network and to `endpoint` of s3Targets, then run again.',
};
const broken: Meaning = { code: 'target-failed', why: 'the connection broke', remedy: again };
const silent: Meaning = { code: 'target-failed', why: 'it gave no answer in time', remedy: again };
const forbidden: Meaning = {
  code: 'target-refused',
  why: 'these credentials have no permission for it',
  remedy:
    'Allow it in the policy of the user or role and of the bucket (docs/s3.md has both), then run again.',
};
const kms: Meaning = {
  code: 'target-refused',
  why: 'the encryption key cannot be used',
  remedy:
    'See that the KMS key is there, enabled, in the region of the bucket, and open to these credentials.',
};
const unsigned: Meaning = {
  code: 'target-refused',
  why: 'there are no credentials to ask with',
  remedy: credentialRemedy,
};
const untrusted: Meaning = {
  code: 'target-refused',
  why: 'its certificate is not trusted',
  remedy: 'See to the host name in `endpoint` of s3Targets and to the certificates that this machine trusts.',
};
const skewed: Meaning = {
  code: 'target-refused',
  why: 'the clock of this machine is more than 15 minutes off',
  remedy: 'Let a time service such as NTP set it, then run again.',
};

/** By the names that S3, KMS, the SDK and Node give. */
export const meaningByName: Readonly<Record<string, Meaning>> = {
  SlowDown: throttled,
  Throttling: throttled,
  ThrottlingException: throttled,
  TooManyRequestsException: throttled,
  RequestLimitExceeded: throttled,
  BandwidthLimitExceeded: throttled,
  RequestTimeout: silent,
  TimeoutError: silent,
  ETIMEDOUT: silent,
  ECONNRESET: broken,
  EPIPE: broken,
  ERR_STREAM_PREMATURE_CLOSE: broken,
  IncompleteBody: broken,
  BadDigest: {
    code: 'target-failed',
    why: 'the bytes that arrived are not those that were sent',
    remedy: again,
  },
  XAmzContentChecksumMismatch: {
    code: 'target-failed',
    why: 'the bytes that arrived are not those that were sent',
    remedy: again,
  },
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  RequestTimeTooSkewed: skewed,
  RequestInTheFuture: skewed,
  RequestExpired: skewed,
  ExpiredToken: credentials('the credentials have expired'),
  ExpiredTokenException: credentials('the credentials have expired'),
  TokenRefreshRequired: credentials('the credentials have expired'),
  InvalidToken: credentials('the session token is not valid'),
  InvalidAccessKeyId: credentials('it does not know the access key'),
  XAdminUserNotFound: credentials('it does not know the access key'),
  SignatureDoesNotMatch: credentials('the secret key does not belong to the access key'),
  CredentialsProviderError: unsigned,
  TokenProviderError: unsigned,
  NoSuchBucket: {
    code: 'target-refused',
    why: 'there is no such bucket',
    remedy: 'Make the bucket (docs/s3.md says how), or correct `bucket` of s3Targets.',
  },
  PermanentRedirect: elsewhere,
  AuthorizationHeaderMalformed: elsewhere,
  IllegalLocationConstraintException: elsewhere,
  MovedPermanently: elsewhere,
  AccessDenied: forbidden,
  AllAccessDisabled: forbidden,
  AccountProblem: forbidden,
  NotImplemented: {
    code: 'target-refused',
    why: 'it does not know this part of S3',
    remedy: 'Use a store that has conditional writes and multipart uploads: `daybook doctor` tries them.',
  },
  InvalidObjectState: {
    code: 'target-refused',
    why: 'the object is in an archive',
    remedy: 'Restore it, and take the prefix of Daybook out of the rule that moves objects to archives.',
  },
  QuotaExceeded: {
    code: 'target-refused',
    why: 'there is no more room',
    remedy: 'Raise the quota of the bucket, then run again.',
  },
};

const meaningByStatus: Readonly<Record<number, Meaning>> = {
  301: elsewhere,
  307: elsewhere,
  401: forbidden,
  403: forbidden,
  408: silent,
  429: throttled,
  501: meaningByName['NotImplemented'] as Meaning,
  503: throttled,
  507: meaningByName['QuotaExceeded'] as Meaning,
};

const regionMissing: Meaning = {
  code: 'config-invalid',
  why: 'no region is given',
  remedy: 'Give s3Targets a `region`, or set AWS_REGION.',
};

/** The meaning of an error: by its name, else by its status. */
export function meaningOf({ name, status }: FailureFacts): Meaning {
  if (name === 'RegionMissing') return regionMissing;
  const known = Object.hasOwn(meaningByName, name) ? meaningByName[name] : undefined;
  if (known !== undefined) return known;
  if (name.startsWith('KMS')) return kms;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|^ERR_TLS|^ERR_SSL|^EPROTO/.test(name)) return untrusted;
  if (status === undefined) return broken;
  const byStatus = meaningByStatus[status];
  if (byStatus !== undefined) return byStatus;
  if (status >= 500) return { code: 'target-failed', why: 'it has a fault of its own', remedy: again };
  const remedy = 'See what the documentation of the store says of this error.';
  return { code: 'target-refused', why: 'it does not take the request', remedy };
}
