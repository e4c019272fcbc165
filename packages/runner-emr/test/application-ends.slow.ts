import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '@daybook/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onSpark } from '../../emr-local/test/on-spark.ts';
import { t } from './same-numbers/fixtures.ts';
import { endless } from './same-numbers/outcomes.ts';
import type { Home } from './same-numbers/recorded.ts';
import { again, openHome } from './same-numbers/recorded.ts';
import type { Submission } from './same-numbers/submit.ts';
import { submit } from './same-numbers/submit.ts';
import { workFor } from './works.ts';

const patience = 300_000;
let home: Home;
let parts: readonly Part[];

beforeAll(async () => {
  home = openHome();
  const [made] = await home.make([t], [t()]);
  parts = made?.local.kind === 'staged' ? made.local.parts : [];
});
afterAll(async () => await home.remove());

onSpark((kind) => {
  test(
    'an application that can leave no result ends badly, and says why',
    { timeout: patience },
    async () => {
      // Where the stage should be there is a file.
      const file = join(home.folder, `file-${kind.version}`);
      writeFileSync(file, '');
      const work = again({ home, work: workFor(t()) });
      const done = await submit(kind, [work], {
        folder: home.folder,
        changePlan: (plan) => ({
          ...plan,
          works: plan.works.map((each) => ({ ...each, stage: `file://${file}/x/` })),
        }),
      });
      expect(done.exitCode).toBe(1);
      expect(done.log).toContain('t: no result could be written');
    },
  );

  test(
    'an application that is told to end does so at once, with its programs',
    { timeout: patience },
    async () => {
      const task = endless({ which: 'told-to-end' });
      const work = again({ home, work: workFor(task, { t: parts }) });
      let toldMs = 0;
      const done: Submission = await submit(kind, [work], {
        folder: home.folder,
        settings: { 'spark.log.level': 'INFO' },
        async meanwhile({ pid, log }) {
          const until = Date.now() + patience / 2;
          while (!log().includes('Starting task 0.0') && Date.now() < until)
            await new Promise((resolve) => setTimeout(resolve, 200));
          toldMs = Date.now();
          process.kill(pid, 'SIGTERM');
        },
      });
      // Its output is closed only when all its programs are gone, Python too.
      expect(Date.now() - toldMs).toBeLessThan(30_000);
      expect(done.exitCode).not.toBe(0);
    },
  );
});
