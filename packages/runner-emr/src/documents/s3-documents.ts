import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { DaybookError } from '@daybook/core';
import type { CheckedEmrOptions } from '../check-options.ts';
import type { Documents } from '../documents.ts';
import { meaningOf } from '../meaning.ts';

/** How often a request is sent in all. Each may be sent again: a document is always written as a whole. */
const tries = 6;

/** Documents in a store that speaks S3, by `s3://bucket/key`. Nothing is imported or opened until it is first asked for. */
export function s3Documents(options: Pick<CheckedEmrOptions, 's3' | 'region' | 'credentials'>): Documents {
  let opened: Promise<S3> | undefined;
  const asked = async <T>(doing: string, act: (s3: S3) => Promise<T>): Promise<T> => {
    try {
      return await act(await (opened ??= open(options)));
    } catch (error) {
      throw storeFailure(error, doing);
    }
  };
  return Object.freeze({
    read: async (uri: string) =>
      await asked(`read ${uri}`, async (s3) => {
        try {
          const { Body } = await s3.getObject(placeOf(uri));
          return await Body?.transformToByteArray();
        } catch (error) {
          if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
          throw error;
        }
      }),
    write: async (uri: string, bytes: Uint8Array) =>
      await asked(`write ${uri}`, async (s3) => {
        await s3.putObject({ ...placeOf(uri), Body: bytes.slice() });
      }),
    async *list(prefix: string) {
      const { Bucket, Key: Prefix } = placeOf(prefix);
      let after: string | undefined;
      do {
        const { Contents = [], NextContinuationToken } = await asked(`list ${prefix}`, async (s3) => {
          return await s3.listObjectsV2({
            Bucket,
            Prefix,
            ...(after === undefined ? {} : { ContinuationToken: after }),
          });
        });
        for (const { Key = '' } of Contents) yield `s3://${Bucket}/${Key}`;
        after = NextContinuationToken;
      } while (after !== undefined);
    },
    remove: async (uri: string) =>
      await asked(`remove ${uri}`, async (s3) => {
        await s3.deleteObject(placeOf(uri));
      }),
  });
}

function placeOf(uri: string): { readonly Bucket: string; readonly Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
  return { Bucket, Key };
}

async function open({
  s3 = {},
  region,
  credentials,
}: Pick<CheckedEmrOptions, 's3' | 'region' | 'credentials'>): Promise<S3> {
  // The SDK takes half a second to import, and most processes that import a configuration never ask it anything.
  const { S3: Client } = await import('@aws-sdk/client-s3');
  const where = s3.region ?? region ?? (s3.endpoint === undefined ? undefined : 'us-east-1');
  const who = s3.credentials ?? credentials;
  const config: S3ClientConfig = {
    forcePathStyle: s3.forcePathStyle ?? s3.endpoint !== undefined,
    maxAttempts: tries,
    retryMode: 'standard',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
      socketTimeout: 60_000,
    },
    ...(where === undefined ? {} : { region: where }),
    ...(s3.endpoint === undefined ? {} : { endpoint: s3.endpoint }),
    ...(who === undefined ? {} : { credentials: who }),
  };
  return new Client(config);
}

/** Nothing of what the store wrote is passed on but the name of its error, so that no secret is. */
function storeFailure(error: unknown, doing: string): unknown {
  const meaning = meaningOf(error);
  if (meaning === undefined) return error;
  const later = meaning.kind !== 'refused';
  const remedy = later
    ? 'Run again later.'
    : 'See to the bucket of `scratch`, its region, and what these credentials may do there, then run again.';
  return new DaybookError(
    later ? 'target-failed' : 'target-refused',
    `The store of the scratch would not ${doing}: ${meaning.name}. ${remedy}`,
  );
}
