import { fileURLToPath } from 'node:url';
import type { Outcome, Work } from '@daybook/core';
import { defineTask, sparkFile, sql, table } from '@daybook/core';
import { describe, expect, test, vi } from 'vitest';
import { checkedEmrOptions } from '../src/check-options.ts';
import type { StepEnd, StepFacts, StepRequest, StepService } from '../src/cluster/steps.ts';
import type { Documents } from '../src/documents.ts';
import type { EmrRunnerOptions } from '../src/options.ts';
import { submit } from '../src/submission/submit.ts';
import { uploads } from '../src/submission/uploads.ts';
import { workFor } from './works.ts';

const output = table({ n: 'bigint' });
const sums = defineTask({ name: 'sums', output, job: sql`SELECT 1 AS n` })();
const program = sparkFile(fileURLToPath(new URL('../application/daybook_application.py', import.meta.url)));
const sessions = defineTask({ name: 'sessions', output, job: { kind: 'spark', program } })();
const facts: StepFacts = { cluster: 'j-1', step: 's-1', seconds: 100 };
const unexplained = {
  kind: 'failed',
  why: 'EMR tells no cause\nStep s-1 on cluster j-1.',
  unexplained: true,
  facts,
} as const;

/** Submits works to a cluster whose steps end so, in their order. */
async function submitted(
  works: readonly Work[],
  ends: readonly ((request: StepRequest) => StepEnd | Promise<StepEnd>)[],
  more: { readonly options?: Partial<EmrRunnerOptions>; readonly cause?: string } = {},
) {
  const kept = new Map<string, Uint8Array>();
  const documents: Documents = {
    read: async (uri) => kept.get(uri),
    write: async (uri, bytes) => void kept.set(uri, bytes),
    list: () => expect.unreachable(),
    remove: async (uri) => void kept.delete(uri),
  };
  const options = checkedEmrOptions({
    cluster: {},
    scratch: 's3://books/scratch',
    region: 'eu-west-1',
    ...more.options,
  });
  const left = [...ends];
  const steps = {
    run: async (request: StepRequest) => await (left.shift() ?? expect.unreachable())(request),
    causeOf: async () => more.cause,
  } as unknown as StepService;
  const outcomes: Outcome[] = [];
  const token = 'f'.repeat(32);
  await submit(
    works,
    { target: { name: 's3://books/' }, progress: () => undefined } as unknown as Parameters<typeof submit>[1],
    { options, documents, uploads: uploads(documents, options.scratch), steps, newToken: () => token },
    (outcome) => outcomes.push(outcome),
  );
  const plan = kept.get(`${options.scratch}plans/${token}.json`);
  return { outcomes, plan: plan && (JSON.parse(new TextDecoder().decode(plan)) as { works: unknown[] }) };
}

const messageOf = (outcome: Outcome | undefined): string =>
  outcome !== undefined && 'error' in outcome ? outcome.error.message : '';

describe('a step that failed and of which EMR tells no cause', () => {
  test('of a program has the cause of its logs on the first line', async () => {
    const { outcomes } = await submitted([workFor(sessions)], [() => unexplained], {
      cause: 'ValueError: no such day',
    });
    expect(outcomes).toMatchObject([{ kind: 'failed', fault: 'task', error: { code: 'job-failed' } }]);
    expect(messageOf(outcomes[0])).toBe(
      'The program daybook_application.py of sessions failed: ValueError: no such day\nStep s-1 on cluster j-1.',
    );
  });

  test('of the application has it too', async () => {
    const { outcomes } = await submitted([workFor(sums)], [() => unexplained], { cause: 'OutOfMemoryError' });
    expect(outcomes).toMatchObject([{ kind: 'crashed', error: { code: 'job-crashed' } }]);
    expect(messageOf(outcomes[0])).toContain('ended by itself: OutOfMemoryError\n');
  });

  test('says so where the logs have none', async () => {
    const { outcomes } = await submitted([workFor(sums)], [() => unexplained]);
    expect(messageOf(outcomes[0])).toContain('ended by itself: EMR tells no cause\n');
  });
});

describe('a time limit', () => {
  const long = 2_679_000_000;

  test('that is longer than a timer can count is not over at once', async () => {
    vi.useFakeTimers();
    try {
      const { promise: running, resolve: begun } = Promise.withResolvers<void>();
      const endless = async ({ signal, looked }: StepRequest): Promise<StepEnd> => {
        await looked?.('running', async () => facts);
        begun();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'cancelled' };
      };
      const work = workFor(sessions, {}, { timeoutMs: long });
      let over = false;
      const ended = submitted([work], [endless]).finally(() => (over = true));
      await running;
      await vi.advanceTimersByTimeAsync(long - 1000);
      expect(over).toBe(false);
      await vi.advanceTimersByTimeAsync(1000);
      expect((await ended).outcomes).toMatchObject([{ kind: 'timed-out' }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('of a program is for its two steps together', async () => {
    const { plan } = await submitted(
      [workFor(sessions, {}, { timeoutMs: 130_000 })],
      [() => ({ kind: 'completed', facts }), () => ({ kind: 'lost', why: 'It went.' })],
    );
    expect(plan?.works).toMatchObject([{ timeoutSeconds: 30 }]);
  });
});

test.each([
  [
    'file:///data/sums/',
    {},
    'in the folder file:///data/sums/ of this machine: give the configuration s3Targets',
  ],
  ['file:///data/sums/', { endpoint: 'http://127.0.0.1:1' }, 'is s3://books/scratch/: give it a folder too'],
  [
    's3://books/sums/',
    { endpoint: 'http://127.0.0.1:1', scratch: 'file:///scratch' },
    'is file:///scratch/: give it a bucket too',
  ],
] as const)(
  'a stage at %s that the runner cannot read is refused before any step',
  async (uri, options, why) => {
    const works = [sums, sessions].map((task) => {
      const work = workFor(task);
      return { ...work, stage: { ...work.stage, uri } };
    });
    const { outcomes } = await submitted(works, [], { options });
    expect(outcomes).toMatchObject(works.map(() => ({ kind: 'failed', error: { code: 'config-invalid' } })));
    for (const outcome of outcomes) expect(messageOf(outcome)).toContain(why);
  },
);
