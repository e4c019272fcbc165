import { declarationOf } from '../code-digest.ts';
import { table } from '../schema.ts';
import type { Law } from './law.ts';
import { everyTypeColumns, runnerFixtures } from './runner-fixtures.ts';
import { stagedOf } from './runner-outcome-laws.ts';
import { sparkControlled, sparkCopy, sparkUndeclared } from './runner-spark-tasks.ts';
import type { RunnerSubject } from './runner-subject.ts';

/** The laws of what a Spark program of the user's own writes. */
export const sparkLaws: readonly Law<RunnerSubject>[] = [
  {
    name: 'spark: every type comes out as the program wrote it',
    check: async (subject, expect) => {
      const { rows, fingerprint } = runnerFixtures['every-type'];
      const staged = stagedOf(await subject.end(sparkCopy()), expect);
      const found = await subject.rows(staged.parts, declarationOf(table(everyTypeColumns)));
      expect(found).toEqual(rows.map((row) => JSON.stringify(row)).sort());
      expect([staged.rows, staged.fingerprint]).toEqual([rows.length, fingerprint]);
    },
  },
  {
    name: 'spark: controls are held against what the program wrote',
    check: async (subject, expect) => {
      const good = await subject.end(sparkControlled());
      expect(stagedOf(good, expect).controls.map(({ held }) => held)).toEqual([true, true]);
      const inputs = { 'law-counted': ['bad-counted'] } as const;
      const bad = await subject.end(sparkControlled(), { inputs });
      expect(bad.kind).toEqual('blocked');
      if (bad.kind === 'blocked') expect(bad.controls.some(({ held }) => !held)).toEqual(true);
    },
  },
  {
    name: 'spark: an output that is not what its task declares fails',
    check: async (subject, expect) => {
      const outcome = await subject.end(sparkUndeclared());
      expect(outcome.kind === 'failed' ? [outcome.fault, outcome.error.code] : outcome).toEqual([
        'task',
        'output-invalid',
      ]);
      if (outcome.kind === 'failed') expect(outcome.error.message.includes('label')).toEqual(true);
    },
  },
];
