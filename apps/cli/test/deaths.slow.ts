import { afterAll, beforeAll, expect, test } from 'vitest';
import { onSpark } from '../../../packages/emr-local/test/on-spark.ts';
import { spark3 } from '../../../packages/emr-local/test/spark/spark-kinds.ts';
import { caseText, type DeathCase } from './deaths/death-case.ts';
import { deaths, type Deaths } from './deaths/deaths.ts';
import { outcomeOfCase } from './deaths/outcome-of-case.ts';

const group = 'killed';
const cases: readonly DeathCase[] = [
  { group, kill: { kind: 'call', operation: 'RunJobFlow', nth: 1, when: 'after' }, next: 'run' },
  { group, kill: { kind: 'call', operation: 'AddJobFlowSteps', nth: 2, when: 'after' }, next: 'reap' },
  { group, kill: { kind: 'call', operation: 'TerminateJobFlows', nth: 1, when: 'before' }, next: 'run' },
];

// What a cluster's end rests on is the same on each Spark.
onSpark(
  (kind) => {
    let world: Deaths | undefined;
    beforeAll(async () => {
      world = await deaths(kind);
    }, 120_000);
    afterAll(async () => await world?.remove());

    test(
      'a run that is killed leaves no cluster to the next one, and is published as one left in peace',
      { timeout: 300_000 },
      async () => {
        const found = await Promise.all(
          cases.map(async (each, index) => await outcomeOfCase(world as Deaths, `case-${index}`, each)),
        );
        for (const [index, { killed, wrong }] of found.entries())
          expect({ killed, wrong }, caseText(cases[index] as DeathCase)).toEqual({ killed: true, wrong: [] });
      },
    );
  },
  [spark3],
);
