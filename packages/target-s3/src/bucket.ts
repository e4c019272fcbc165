import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import type { CheckedS3Options } from './s3-options.ts';

/** Where a target lives: a bucket and a prefix, and the clients that ask for it. */
export interface Bucket {
  readonly name: string;
  /** `s3://bucket/prefix/`: the URI of the root. */
  readonly uri: string;
  /** The key of a path below the root. */
  key(path: string): string;
  /** The path below the root of a key. */
  path(key: string): string;
  /** What every object that is written is given. */
  readonly written: { readonly ServerSideEncryption?: 'AES256' | 'aws:kms'; readonly SSEKMSKeyId?: string };
  /** For what may be asked again blindly: `tries` times in all, later each time. */
  client(): Promise<S3>;
  /** For the conditional create, which decides by itself what to do when an answer is lost: asks once. */
  onceClient(): Promise<S3>;
}

/** How often a request is sent in all: the SDK's standard retries, from a tenth of a second, doubling, with jitter. */
const tries = 6;
const mostSockets = 64;

/** How long is waited for the store. */
export interface StoreTimeouts {
  readonly connectionMs: number;
  /** Until an answer begins. A part of an upload is some megabytes. */
  readonly answerMs: number;
  /** For how long a connection may be silent, before its answer or in the middle. */
  readonly silenceMs: number;
}

const usualTimeouts: StoreTimeouts = { connectionMs: 5000, answerMs: 60_000, silenceMs: 60_000 };

/** A bucket by checked options. Nothing is imported or opened until it is first asked for. */
export function openBucket(options: CheckedS3Options, timeouts = usualTimeouts): Bucket {
  const { bucket, prefix, encryption } = options;
  let clients: Promise<{ readonly many: S3; readonly once: S3 }> | undefined;
  const opened = async () => await (clients ??= openClients(options, timeouts));
  return Object.freeze({
    name: bucket,
    uri: `s3://${bucket}/${prefix}`,
    key: (path: string) => `${prefix}${path}`,
    path: (key: string) => key.slice(prefix.length),
    written: writtenWith(encryption),
    client: async () => (await opened()).many,
    onceClient: async () => (await opened()).once,
  });
}

function writtenWith(encryption: CheckedS3Options['encryption']): Bucket['written'] {
  if (encryption === undefined) return {};
  if (encryption.kind === 's3') return { ServerSideEncryption: 'AES256' };
  const key = encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId };
  return { ServerSideEncryption: 'aws:kms', ...key };
}

async function openClients(
  options: CheckedS3Options,
  timeouts: StoreTimeouts,
): Promise<{ readonly many: S3; readonly once: S3 }> {
  // The SDK takes half a second to import, and most processes that import a configuration never ask the target.
  const { S3 } = await import('@aws-sdk/client-s3');
  const { region, endpoint, forcePathStyle, credentials } = options;
  const config: S3ClientConfig = {
    forcePathStyle,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: timeouts.connectionMs,
      requestTimeout: timeouts.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.silenceMs,
      httpAgent: { maxSockets: mostSockets },
      httpsAgent: { maxSockets: mostSockets },
    },
    // What is sent has a checksum that the store checks and keeps. What is read is held against digests of Daybook's own.
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A request that first asks whether it may be sent gets a connection of its own in the SDK: one for each part.
    expectContinueHeader: false,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  const many = new S3({ ...config, maxAttempts: tries });
  const { requestHandler } = many.config;
  const once = new S3({
    ...config,
    maxAttempts: 1,
    requestHandler,
    credentials: credentials ?? many.config.credentials,
  });
  return { many, once };
}
