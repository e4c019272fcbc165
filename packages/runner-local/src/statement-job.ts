import { assert } from '@daybook/core';
import { bringColumns } from './column-plan.ts';
import { checkColumns, openSession, sqlFailure } from './engine.ts';
import { createInputViews, dropInputViews } from './input-views.ts';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';
import { declaredTypes, measureDerived, writeTable } from './staged-table.ts';

/** Runs a SQL job: one statement over views of the inputs, written as one Parquet part and measured. */
export async function runStatement(job: LocalJob, host: JobHost): Promise<LocalResult> {
  const { memoryBytes, statement, threads, spill } = job;
  assert(statement !== undefined, `${job.task} is a SQL job without a statement.`);
  assert(memoryBytes !== undefined, `${job.task} is a SQL job without memory.`);
  const session = await openSession({ memoryBytes, threads, spill, signal: host.signal });
  try {
    await createInputViews(session, job.inputs);
    try {
      await checkColumns(session, statement, declaredTypes(job), job.task);
      await bringColumns(session, job, statement, host);
      await writeTable(session, job, statement);
    } catch (error) {
      throw sqlFailure(error, job.task);
    }
    return await measureDerived(job, host, session);
  } finally {
    await dropInputViews(session, job.inputs);
    session.close();
  }
}
