import { assert } from '@daybook/core';
import { planColumns, viewFiles } from './column-plan.ts';
import type { Session } from './engine.ts';
import { checkColumns, isOutOfMemory, openSession, sqlFailure } from './engine.ts';
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
    } catch (error) {
      throw sqlFailure(error, job.task);
    }
    if (job.footers.length === 0) return await writeAndMeasure(session, job, statement, host);
    return await overColumns(session, job, statement, host);
  } finally {
    await dropInputViews(session, job.inputs);
    session.close();
  }
}

async function writeAndMeasure(
  session: Session,
  job: LocalJob,
  statement: string,
  host: JobHost,
): Promise<LocalResult> {
  try {
    await writeTable(session, job, statement);
  } catch (error) {
    throw sqlFailure(error, job.task);
  }
  return await measureDerived(job, host, session);
}

/**
 * The same over the columns that are needed. Where that fails it is done once more over whole parts: unlike some of their
 * columns they are held against their SHA-256, so a damaged part is told as such, and not as what DuckDB stumbled over.
 */
async function overColumns(
  session: Session,
  job: LocalJob,
  statement: string,
  host: JobHost,
): Promise<LocalResult> {
  const some = await host.columns(await planColumns(session, job, statement));
  try {
    await viewFiles(session, job, some);
    return await writeAndMeasure(session, job, statement, host);
  } catch (error) {
    if (host.signal.aborted || isOutOfMemory(error)) throw error;
    await viewFiles(session, job, await host.columns(undefined));
    return await writeAndMeasure(session, job, statement, host);
  }
}
