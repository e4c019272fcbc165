import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, Runner, Target, Task, Work } from '@daybook/core';
import { projectOf, query, temporaryFolder } from './project.ts';

/** Publishes the rows of a query as DuckDB writes them with these options, whatever the task's own job. */
export async function publishFile(
  target: Target,
  task: Task,
  rows: string,
  options = 'COMPRESSION zstd',
): Promise<void> {
  const path = join(temporaryFolder(), 'made.parquet');
  await query(`COPY (${rows}) TO '${path}' (FORMAT parquet, ${options})`);
  const project = projectOf([task.definition], { target, runner: stagingRunner(readFileSync(path)) });
  const end = await project.end(task, { force: true });
  if (end.kind !== 'published') throw new Error(JSON.stringify(end));
}

/** A runner that stages the same bytes for whatever it is given. */
function stagingRunner(bytes: Buffer): Runner {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    name: 'staging',
    kinds: ['sql'],
    async *run(batch) {
      for (const work of batch) yield await staged(work);
    },
  };
  async function staged({ attempt, stage }: Work): Promise<Outcome> {
    async function* chunks(): AsyncIterable<Uint8Array> {
      yield bytes;
    }
    await stage.write('part-0.parquet', chunks());
    const part = { path: `${stage.path}part-0.parquet`, bytes: bytes.length, rows: 1, sha256 };
    const runner = { name: 'staging', engine: 'none' } as never;
    return { attempt, kind: 'staged', parts: [part], rows: 1, fingerprint: sha256, controls: [], runner };
  }
}
