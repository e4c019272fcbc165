import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onServers } from '../../../packages/target-s3/test/on-servers.ts';
import type { Storm } from './storm/storm.ts';
import { storm } from './storm/storm.ts';

describe('eight processes that close a month in one bucket, killed at random in a bad network', () => {
  onServers((server) => {
    let rounds: Storm | undefined;
    beforeAll(async () => {
      rounds = await storm(server.endpoint());
    }, 60_000);
    afterAll(() => rounds?.remove());

    test.each([0])('end as one left in peace on a folder (seed %i)', { timeout: 200_000 }, async (seed) => {
      const { wrong } = (await rounds?.round(seed)) ?? { wrong: ['The exchange was not prepared.'] };
      expect(wrong, `npm run storm -- --server ${server.kind.name} --from ${seed} --rounds 1`).toEqual([]);
    });
  });
});
