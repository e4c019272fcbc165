import { targetLaws } from '@daybook/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { s3Targets } from '../src/index.ts';
import { onServers, tellMissingServers } from './on-servers.ts';

tellMissingServers();

onServers((server) =>
  targetLaws(
    { afterAll, describe, expect, test },
    {
      open: async () => {
        const options = { ...(await server.newBucket()), prefix: 'books/2018' };
        return {
          target: s3Targets(options),
          reopen: async () => s3Targets(options),
          engineWrites: async (uri, bytes) => {
            const Key = uri.slice(`s3://${options.bucket}/`.length);
            await server.client().putObject({ Bucket: options.bucket, Key, Body: bytes });
          },
          close: async () => undefined,
        };
      },
    },
  ),
);
