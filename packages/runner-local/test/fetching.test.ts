import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { localRunner } from '../src/index.ts';
import { projectOf, temporaryFolder } from './project.ts';
import type { CountedTarget } from './transactions-part.ts';
import {
  cachedRunner,
  countedTarget,
  publishedTransactions,
  statistics,
  transactions,
} from './transactions-part.ts';

const tasks = [transactions, statistics];

test('what was fetched for one job is fetched for no other', async () => {
  const { target, readings, taken } = await publishedTransactions();
  const folder = join(temporaryFolder(), 'cache');
  const first = projectOf(tasks, { target, runner: cachedRunner(folder) });
  const end = await first.end(statistics());
  expect(taken()).toBeGreaterThan(0);
  // The attempts' files are gone, and what they fetched takes no more room than it has bytes.
  const entries = readdirSync(folder).map((name) => statSync(join(folder, name)));
  const onDisk = entries.reduce((sum, entry) => sum + entry.blocks * 512, 0);
  const long = entries.reduce((sum, entry) => sum + entry.size, 0);
  expect(onDisk).toBeLessThan(long / 2);
  const again = projectOf(tasks, { target: withoutVersions(target), runner: cachedRunner(folder) });
  void again;
  void end;
  expect(readings).toEqual([]);
});
