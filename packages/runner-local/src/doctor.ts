import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { DoctorLine } from '@daybook/core';
import { DaybookError, tried } from '@daybook/core';
import { openSession, pathLiteral, runnerFacts } from './engine.ts';

/** What the runner was given. */
export interface DoctorOptions {
  /** Makes the runner's scratch folder, or throws. */
  scratch(): string;
  readonly threads: number;
  readonly memoryBytes: number;
}

const leastFreeBytes = 1024 ** 3;

/** Tries out the engine, and what it is given of this machine. */
export async function localDoctor(options: DoctorOptions): Promise<readonly DoctorLine[]> {
  const { memoryBytes, threads } = options;
  let folder: string | undefined;
  try {
    const scratch = await tried(
      'scratch folder',
      'Give localRunner({ scratch }) a folder on the local disk that this user may write to, with room for the biggest day.',
      async () => {
        folder = await mkdtemp(join(options.scratch(), 'doctor-'));
        return await roomIn(folder);
      },
    );
    const engine = await tried(
      'engine',
      'Install the packages of this machine again: npm ci. DuckDB comes as a binary for each system.',
      async () => {
        const facts = await runnerFacts();
        if (folder !== undefined) await askEngine(folder, options);
        return `DuckDB ${facts['duckdb'] ?? ''}`;
      },
    );
    return [
      engine,
      await tried('memory', 'Give localRunner({ memoryBytes }) less than this machine has.', async () =>
        memoryText(memoryBytes),
      ),
      await tried('threads', 'Give localRunner({ threads }) a whole number from 1.', async () =>
        threadsText(threads),
      ),
      scratch,
    ];
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** A Parquet file is written and read back. */
async function askEngine(folder: string, { scratch, memoryBytes, threads }: DoctorOptions): Promise<void> {
  const session = await openSession({ memoryBytes, threads, spill: scratch() });
  try {
    const file = pathLiteral(join(folder, 'probe.parquet'));
    await session.run(`COPY (SELECT CAST('12.30' AS DECIMAL(18,2)) AS amount) TO ${file} (FORMAT parquet)`);
    const [row] = await session.rows(`SELECT amount FROM read_parquet(${file})`);
    if (row?.['amount'] === '12.30') return;
    throw new DaybookError('sql-failed', `DuckDB wrote 12.30 and read ${row?.['amount'] ?? 'nothing'}.`);
  } finally {
    session.close();
  }
}

function memoryText(memoryBytes: number): string {
  // In a container this is its limit, where there is one.
  const limit = process.constrainedMemory();
  const all = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const told = `${sizeText(memoryBytes)} of ${sizeText(all)}`;
  if (memoryBytes > all) throw new DaybookError('usage', `DuckDB may use ${told}.`);
  return `DuckDB may use ${told}`;
}

function threadsText(threads: number): string {
  if (!Number.isInteger(threads) || threads < 1)
    throw new DaybookError('usage', `DuckDB is given ${threads} threads.`);
  const processors = availableParallelism();
  return `${threads} for each job, on ${processors} ${processors === 1 ? 'processor' : 'processors'}`;
}

async function roomIn(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const told = `${folder.slice(0, folder.lastIndexOf('/'))} has ${sizeText(bavail * bsize)} free`;
  if (bavail * bsize >= leastFreeBytes) return told;
  throw new DaybookError('usage', `${told}.`);
}

function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
