/** The accounts of a short ledger: in a folder, or in the bucket that `MONTH` names. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '@daybook/core';
import { defineConfig } from '@daybook/core';
import { accounting, fileExchange } from '@daybook/reports-accounting';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { s3Targets } from '@daybook/target-s3';

/**
 * Where a month is closed: the first day of its ledger, the folder that its exchange writes into, and its bucket; without one, a
 * folder of data. `slowMs` is how long it may take until a version is created, as on a slow disk.
 */
export interface Place {
  readonly ledgerStart: string;
  readonly exchange: string;
  readonly slowMs?: number;
  readonly bucket?: { readonly bucket: string; readonly endpoint: string };
}

const place = JSON.parse(process.env['MONTH'] ?? '{}') as Place;
const data = join(import.meta.dirname, 'data');

const targets =
  place.bucket === undefined ? fileTargets({ root: data }) : s3Targets({ prefix: 'books', ...place.bucket });

function slow(target: Target, mostMs: number): Target {
  return {
    ...target,
    async createManifest(...given) {
      await wait(Math.random() * mostMs);
      return await target.createManifest(...given);
    },
  };
}

export default defineConfig({
  targets: place.slowMs === undefined ? targets : slow(targets, place.slowMs),
  runners: [localRunner({ threads: 1, memoryBytes: 192 * 1024 * 1024 })],
  tasks: accounting({
    exchange: fileExchange({ folder: place.exchange, totals: 'required' }),
    houseAccounts: [1],
    internalAccounts: [2, 3],
    ledgerStart: place.ledgerStart,
  }),
});
