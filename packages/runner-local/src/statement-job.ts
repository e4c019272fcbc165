import { assert } from '@daybook/core';
import { checkColumns, openSession } from './engine.ts';
import { runnerFacts, sqlFailure } from './execute.ts';
import { createInputViews, dropInputViews } from './input-views.ts';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';
import { memoryFor } from './memory-ledger.ts';
import { createOutputViews, declaredTypes, measureTable, writeTable } from './staged-table.ts';

/** Runs a SQL job: one statement over views of the inputs, written as one Parquet part and measured. */
export async function runStatement(job: LocalJob, host: JobHost): Promise<LocalResult> {
  assert(job.statement !== undefined, `${job.task} is a SQL job without a statement.`);
  const memoryBytes = await host.memory(await memoryFor(job));
  const session = await openSession({ memoryBytes, threads: job.threads, scratch: job.scratch });
  try {
    await createInputViews(session, job.inputs);
    host.progress({ phase: 'compute' });
    try {
      await checkColumns(session, job.statement, declaredTypes(job), job.task);
      await writeTable(session, job, job.statement);
    } catch (error) {
      throw sqlFailure(error, job.task);
    }
    return await measured(job, host, session);
  } finally {
    await dropInputViews(session, job.inputs);
    session.close();
  }
}

/** Controls, counts and digests a derived table that has been written. */
export async function measured(
  job: LocalJob,
  host: JobHost,
  session: Awaited<ReturnType<typeof openSession>>,
): Promise<LocalResult> {
  await createOutputViews(session, job);
  host.progress({ phase: 'control' });
  const { file, controls, fingerprint } = await measureTable(session, job, { expected: false });
  if (controls.some((control) => !control.held)) return { kind: 'blocked', controls };
  return {
    kind: 'staged',
    files: [file],
    rows: file.rows,
    fingerprint,
    controls,
    runner: await runnerFacts(),
  };
}
