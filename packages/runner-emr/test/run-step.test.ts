import { defineTask, sql, table } from '@daybook/core';
import type { Work } from '@daybook/core';
import { expect, test } from 'vitest';
import { consoleOf } from '../src/cluster/step-facts.ts';
import { outcomeOfStep, placeOf } from '../src/submission/run-step.ts';

const task = defineTask({ name: 'sums', output: table({ n: 'bigint' }), job: sql`SELECT 1` })();
const work = (signal = new AbortController().signal): Work =>
  ({ task, attempt: 'attempt', signal }) as unknown as Work;
const facts = { cluster: 'j-1', step: 's-1', seconds: 3, logs: 's3://logs/j-1/steps/s-1/' };

test('where a step ran tells its logs, its application and its page', () => {
  const tracking = consoleOf('j-1', 'eu-central-1');
  expect(placeOf({ ...facts, tracking }, 'application_17_0001')).toBe(
    [
      'Step s-1 on cluster j-1, application application_17_0001. Logs: s3://logs/j-1/steps/s-1/',
      'https://eu-central-1.console.aws.amazon.com/emr/home?region=eu-central-1#/clusterDetails/j-1',
    ].join('\n'),
  );
  expect(placeOf({ cluster: 'j-1', step: 's-1', seconds: 3 })).toBe('Step s-1 on cluster j-1.');
});

test.each([
  [{ kind: 'completed', facts }, 'crashed job-crashed: The step for sums ended and left no result.'],
  [
    { kind: 'failed', why: 'Out of memory.', facts },
    'crashed job-crashed: The step for sums ended by itself: Out of memory.',
  ],
  [
    { kind: 'lost', why: 'Its instances were lost.' },
    'failed infrastructure cluster-failed: The step for sums was lost: Its instances were lost.',
  ],
  [
    { kind: 'refused', why: 'No such role.' },
    'failed task cluster-refused: No cluster could be had for sums: No such role.',
  ],
  [{ kind: 'over' }, 'timed-out'],
  [{ kind: 'cancelled' }, 'cancelled'],
] as const)('a step that ended %o', (end, expected) => {
  const outcome = outcomeOfStep(work(), end, 'The step');
  const error = 'error' in outcome ? ` ${outcome.error.code}: ${outcome.error.message.split('\n')[0]}` : '';
  const fault = outcome.kind === 'failed' ? ` ${outcome.fault}` : '';
  expect(`${outcome.kind}${fault}${error}`).toBe(expected);
});

test('whatever became of the step, a work that is not wanted is cancelled', () => {
  expect(outcomeOfStep(work(AbortSignal.abort()), { kind: 'lost', why: 'x' }, 'The step')).toEqual({
    attempt: 'attempt',
    kind: 'cancelled',
  });
});
