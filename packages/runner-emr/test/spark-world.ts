import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EmrLocal, EmrLocalOptions } from '@daybook/emr-local';
import { startEmrLocal } from '@daybook/emr-local';
import { vi } from 'vitest';
import type { SparkKind } from '../../emr-local/test/spark/spark-kinds.ts';
import { quickSparkConf, sparkEnvironment } from '../../emr-local/test/spark/spark-kinds.ts';
import type { EmrRunnerOptions } from '../src/options.ts';

/** EMR on this machine in real time, whose steps run real Spark, and a folder for all that there is. */
export interface SparkWorld {
  readonly server: EmrLocal;
  readonly folder: string;
  /** For a runner on it. */
  readonly options: EmrRunnerOptions;
  close(): Promise<void>;
}

/** Starts one Spark for all submissions of the application, and gives the `spark-submit` that hands them over. */
export async function startSharedSpark(kind: SparkKind, folder: string): Promise<SharedSpark> {
  const socket = join(folder, 'shared-spark');
  const confs = Object.entries({ ...quickSparkConf, 'spark.master': 'local[2]' });
  const words = confs.flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
  const child = spawn(kind.sparkSubmit, [...words, join(shared, 'server.py'), socket], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...sparkEnvironment(kind) },
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (said: Buffer) => {
      if (said.toString().includes('listening')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`The shared Spark ended with ${code}.`)));
  });
  vi.stubEnv('SHARED_SPARK', socket);
  vi.stubEnv('REAL_SPARK_SUBMIT', kind.sparkSubmit);
  return {
    sparkSubmit: join(shared, 'spark-submit'),
    stop: () => void process.kill(-(child.pid ?? 0), 'SIGKILL'),
  };
}

export interface SharedSpark {
  readonly sparkSubmit: string;
  stop(): void;
}

const shared = fileURLToPath(new URL('shared-spark', import.meta.url));

export async function openSparkWorld(
  kind: SparkKind,
  more: Partial<EmrLocalOptions> & { readonly shared?: boolean } = {},
): Promise<SparkWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-emr-spark-'));
  for (const [name, value] of Object.entries(sparkEnvironment(kind))) vi.stubEnv(name, value);
  const { shared: isShared = false, ...others } = more;
  const one = isShared ? await startSharedSpark(kind, folder) : undefined;
  const server = await startEmrLocal({
    sparkSubmit: one?.sparkSubmit ?? kind.sparkSubmit,
    sparkMaster: 'local[2]',
    sparkConf: quickSparkConf,
    startSeconds: 0,
    bootstrapSeconds: 0,
    stopSeconds: 0,
    stateFolder: join(folder, 'emr'),
    ...others,
  });
  return {
    server,
    folder,
    options: {
      endpoint: server.url,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      scratch: pathToFileURL(join(folder, 'scratch')).href,
      cluster: { release: kind.release },
      pollMs: 200,
      batchWaitMs: 0,
    },
    async close() {
      await server.close();
      one?.stop();
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
