import { DaybookError } from '@daybook/core';

export interface S3TargetsOptions {
  /** The bucket; it must be there already. */
  readonly bucket: string;
  /** What the keys of all objects begin with, such as `books/2018`. Default: none, so that the bucket is all Daybook's. */
  readonly prefix?: string;
  /** Default: that of the AWS configuration (`AWS_REGION`, the profile); with an `endpoint`, `us-east-1`. */
  readonly region?: string;
  /** The URL of another store that speaks S3. It must keep conditional writes: `daybook doctor` tries. Default: AWS. */
  readonly endpoint?: string;
  /** Whether the bucket stands in the path and not in the host name. Default: true with an `endpoint`, else false. */
  readonly forcePathStyle?: boolean;
  /** Default: the credential chain of AWS: environment, profile, web identity, container, instance. */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /** How the store encrypts what it keeps. Default: as the bucket says. */
  readonly encryption?: S3Encryption;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end. Those of a function are then asked for again. */
  readonly expiration?: Date;
}

/** `s3`: keys that S3 keeps (SSE-S3). `kms`: a key of AWS KMS (SSE-KMS), by id or ARN; left out, the account's key for S3. */
export type S3Encryption = { readonly kind: 's3' } | { readonly kind: 'kms'; readonly keyId?: string };

/** The options as they are used: checked, with the defaults that need no question. */
export interface CheckedS3Options extends Omit<S3TargetsOptions, 'prefix'> {
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly forcePathStyle: boolean;
}

/** Checks the options. What cannot be meant is the error `config-invalid`. */
export function checkedOptions(options: S3TargetsOptions): CheckedS3Options {
  const { bucket, prefix = '', endpoint } = options;
  if (typeof bucket !== 'string' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw invalid(`the bucket "${bucket}" is none: 3 to 63 lower-case letters, digits, "." and "-"`);
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const region = options.region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return Object.freeze({
    ...options,
    prefix: checkedPrefix(prefix),
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    ...(region === undefined ? {} : { region }),
  });
}

function checkedPrefix(prefix: string): string {
  const segments = prefix.replace(/\/$/, '').split('/');
  if (prefix === '') return '';
  const wrong = segments.find((each) => !/^[A-Za-z0-9._=,-]+$/.test(each) || /^\.+$/.test(each));
  if (wrong === undefined && `${prefix}/`.length <= 300) return `${segments.join('/')}/`;
  throw invalid(
    `the prefix "${prefix}" is none: at most 300 letters, digits and "._=,-", in parts joined by "/", without one at its beginning`,
  );
}

function checkEndpoint(endpoint: string): void {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid('the endpoint is no URL that begins with http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw invalid('the endpoint has a user or a password in it: give `credentials` instead');
}

function invalid(why: string): DaybookError {
  return new DaybookError('config-invalid', `s3Targets() cannot be meant so: ${why}.`);
}
