import { assert } from '@daybook/core';
import { checkColumns, openSession, sqlFailure } from './engine.ts';
import { createInputViews, dropInputViews } from './input-views.ts';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';
import { memoryFor } from './memory-ledger.ts';
import { declaredTypes, measureDerived, writeTable } from './staged-table.ts';

/** Runs a SQL job: one statement over views of the inputs, written as one Parquet part and measured. */
export async function runStatement(job: LocalJob, host: JobHost): Promise<LocalResult> {
  assert(job.statement !== undefined, `${job.task} is a SQL job without a statement.`);
  const memoryBytes = await host.memory(await memoryFor(job));
  const { threads, spill } = job;
  const session = await openSession({ memoryBytes, threads, spill, signal: host.signal });
  try {
    await createInputViews(session, job.inputs);
    host.progress({ phase: 'compute' });
    try {
      await checkColumns(session, job.statement, declaredTypes(job), job.task);
      await writeTable(session, job, job.statement);
    } catch (error) {
      throw sqlFailure(error, job.task);
    }
    return await measureDerived(job, host, session);
  } finally {
    await dropInputViews(session, job.inputs);
    session.close();
  }
}
