import { defineTask, files, sql, table } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { sales, totals } from './fixtures/daybook.config.ts';
import { projectOf } from './project.ts';

const date = '2020-01-02';
const tasks = [sales, totals];

describe('in this process, where it cannot be killed, a job whose', () => {
  const [long, deaf] = [
    defineTask({
      name: 'long',
      output: table({ n: 'bigint' }),
      retries: 0,
      timeoutMs: 200,
      job: sql`SELECT COUNT(*) AS n FROM range(10000000000) a(i), range(1000) b(j) WHERE a.i * b.j = -1`,
    }),
    defineTask({
      name: 'deaf',
      output: files(),
      retries: 0,
      timeoutMs: 200,
      job: { kind: 'code', version: '1', run: async () => await new Promise<void>(() => undefined) },
    }),
  ];

  test.each([
    ['SQL', long],
    ['a function that does not listen', deaf],
  ] as const)('time is over has timed out: %s', async (_, definition) => {
    const project = projectOf([definition, ...tasks]);
    expect(await project.end(definition())).toEqual({ kind: 'timed-out' });
    // DuckDB is free again for the next.
    expect((await project.run([totals({ date })])).outcome).toBe('ok');
  });

  test('run is cancelled ends at once', async () => {
    const patient = defineTask({ name: 'patient', output: files(), job: deaf.job as never });
    const abort = new AbortController();
    const observer = { started: () => void setImmediate(() => abort.abort()) };
    const project = projectOf([patient]);
    const { outcome } = await project.run([patient()], { signal: abort.signal, observer });
    expect(outcome).toBe('cancelled');
  });
});
