import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spark3, spark4 } from '../../emr-local/test/spark/spark-kinds.ts';
import { again, openHome } from './same-numbers/recorded.ts';
import { ledgerWorks } from './same-numbers/ledgers.ts';
import { submit } from './same-numbers/submit.ts';

test('try', { timeout: 600_000 }, async () => {
  const home = openHome();
  const recorded = await ledgerWorks(home, 1);
  console.log(recorded.length, recorded.map((r) => [r.work.task.id, r.local.kind].join(' ')).join('\n'));
  for (const kind of [spark3, spark4]) {
    const works = recorded.map(({ work }) => again(work, home.target));
    const done = await submit(kind, works, { target: home.target, folder: join(home.folder, 'submissions') });
    console.log(done.exitCode, done.seconds, done.log.slice(-3500));
    for (const [i, work] of works.entries()) {
      const o = await done.outcome(work);
      const l = recorded[i]!.local;
      if (o.kind !== 'staged' || l.kind !== 'staged') {
        console.log('BAD', work.task.id, o.kind, l.kind, JSON.stringify(o));
        continue;
      }
      if (
        o.fingerprint !== l.fingerprint ||
        o.rows !== l.rows ||
        JSON.stringify(o.controls) !== JSON.stringify(l.controls)
      )
        console.log('DIFF', work.task.id, JSON.stringify(o), JSON.stringify(l));
    }
  }
  await home.remove();
  expect(1).toBe(1);
});
