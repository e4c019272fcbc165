import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkConfig, manifestStore, run } from '@daybook/core';
import { memoryTargets } from '@daybook/core/testing';
import { localRunner } from '@daybook/runner-local';
import { tasksOf } from '../tasks/tasks.ts';

const date = '2018-07-05';
const postings = `sequence,transaction_id,account_id,kind,amount,currency,market_id,occurred_at
1,51,1001,withdrawal,-1000.00,EUR,,2018-07-05T09:00:00Z
2,51,2,withdrawal,1000.00,EUR,,2018-07-05T09:00:00Z
3,52,1002,withdrawal,-999.99,EUR,,2018-07-05T10:00:00Z
4,52,2,withdrawal,999.99,EUR,,2018-07-05T10:00:00Z
5,53,1003,deposit,5000.00,EUR,,2018-07-05T11:00:00Z
6,53,2,deposit,-5000.00,EUR,,2018-07-05T11:00:00Z
`;

test('a withdrawal of 1,000.00 is large, one of 999.99 is not, and the other side is none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, `${date}.csv`), postings);

  const tasks = tasksOf(folder);
  const [targets, runner] = [memoryTargets(), localRunner({ isolation: 'none' })];
  t.after(() => runner.close?.());
  const config = checkConfig({ targets, runners: [runner], tasks: Object.values(tasks) }, 'of this test');
  const task = tasks.largeWithdrawals({ date });
  const result = await run({ config, roots: [task], today: '2018-07-06', workers: 1 });
  assert.equal(result.outcome, 'ok', JSON.stringify(result.tasks));

  const published = (await manifestStore(targets).current(task.id))?.manifest;
  assert.ok(published && runner.readRows);
  const options = { orderBy: ['account_id'], as: 'tsv' } as const;
  const rows: string[] = [];
  for await (const lines of runner.readRows(targets, published.parts, published.output, options))
    rows.push(...lines);
  assert.deepEqual(rows, ['51\t1001\t1000.00\tEUR\t2018-07-05T09:00:00.000000Z']);
});
