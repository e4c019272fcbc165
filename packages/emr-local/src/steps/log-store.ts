import type { S3 } from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logNames } from './logs.ts';

/** The store to which `s3://` leads, as the place of logs. */
export interface LogStore {
  /**
   * Puts the compressed logs of a step from a folder at a URI such as `s3://bucket/prefix/j-1/steps/s-1`. A store that
   * refuses them is told of in a warning of this process, once for each bucket; it rejects nothing.
   */
  readonly put: (folder: string, uri: string) => Promise<void>;
  /** Gives up what is under way. */
  readonly close: () => Promise<void>;
}

/** The store at an endpoint, asked with the credentials that S3A finds too: those of the environment. */
export function createLogStore(endpoint: string): LogStore {
  const stop = new AbortController();
  const refused = new Set<string>();
  let client: Promise<S3> | undefined;

  const put = async (folder: string, uri: string): Promise<void> => {
    if (stop.signal.aborted) return;
    const [, bucket = '', key = ''] = /^s3[na]?:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
    try {
      const s3 = await (client ??= open(endpoint));
      for (const name of logNames) {
        const Body = await readFile(join(folder, `${name}.gz`));
        const Key = `${key}/${name}.gz`;
        await s3.putObject({ Bucket: bucket, Key, Body }, { abortSignal: stop.signal });
      }
    } catch (error) {
      if (stop.signal.aborted || refused.has(bucket)) return;
      refused.add(bucket);
      process.emitWarning(
        `The bucket ${bucket} at ${endpoint} takes no logs of steps: ${reasonOf(error)}. See to the bucket and to the credentials of the environment. The logs are on this machine too, such as in ${folder}.`,
      );
    }
  };

  return Object.freeze({
    put,
    close: async () => {
      stop.abort();
      (await client?.catch(() => undefined))?.destroy();
    },
  });
}

async function open(endpoint: string): Promise<S3> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  }
  // The SDK takes half a second to import, and an emr-local without a store needs none.
  const { S3: Client } = await import('@aws-sdk/client-s3');
  return new Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
      socketTimeout: 30_000,
    },
  });
}

/** The name of the error, for what a store writes besides may hold a secret. */
function reasonOf(error: unknown): string {
  const { code, name, message } = error as Error & { readonly code?: string };
  return code ?? (name === 'Error' ? message : name);
}
