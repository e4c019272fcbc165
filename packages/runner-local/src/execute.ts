import { mkdirSync } from 'node:fs';
import type { Job } from '@daybook/core';
import { assert, DaybookError, isSystemError, reportOf } from '@daybook/core';
import { isOutOfMemory } from './engine.ts';
import { runCode } from './code-job.ts';
import { runLoad } from './load-job.ts';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';
import { runStatement } from './statement-job.ts';

/** Does one job in this process. Never throws: what goes wrong is the result. */
export async function execute(
  job: LocalJob,
  host: JobHost,
  findJob: (job: LocalJob) => Promise<Job>,
): Promise<LocalResult> {
  try {
    mkdirSync(job.folder, { recursive: true });
    if (job.kind === 'load') mkdirSync(job.scratch, { recursive: true });
    if (job.kind === 'sql') return await runStatement(job, host);
    const found = await findJob(job);
    if (found.kind === 'load') return await runLoad(job, found, host);
    assert(found.kind === 'code', `A ${found.kind} job is not run as a ${job.kind} job.`);
    return await runCode(job, found, host);
  } catch (error) {
    return failureOf(error, job.task);
  }
}

/** What went wrong with a task's attempt, as a result: whose fault it is, and the error. */
export function failureOf(error: unknown, task: string): LocalResult & { readonly kind: 'failed' } {
  const full = isSystemError(error, 'ENOSPC') || /No space left on device/.test(String(error));
  if (full) {
    const message = `The disk is full while ${task} was made: free some space, then run again.`;
    return { kind: 'failed', fault: 'infrastructure', error: { code: 'target-failed', message } };
  }
  if (isOutOfMemory(error)) {
    const limit = /\([^/()]*\/(?<limit>[^()]*) used\)/.exec(String(error))?.groups?.['limit'];
    const message = `${task} needs more memory than it may use${limit === undefined ? '' : ` (${limit})`}: give localRunner({ memoryBytes }) more, then run again.`;
    return { kind: 'failed', fault: 'task', error: { code: 'memory-exceeded', message } };
  }
  const report = reportOf(error, 'job-failed');
  const infrastructure =
    error instanceof DaybookError && (error.code === 'source-failed' || error.code === 'target-failed');
  return { kind: 'failed', fault: infrastructure ? 'infrastructure' : 'task', error: report };
}
