import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmrLocal, EmrLocalOptions } from '@daybook/emr-local';
import { startEmrLocal } from '@daybook/emr-local';
import { vi } from 'vitest';
import type { SparkKind } from '../../emr-local/test/spark/spark-kinds.ts';
import { quickSparkConf, sparkEnvironment } from '../../emr-local/test/spark/spark-kinds.ts';
import type { EmrRunnerOptions } from '../src/options.ts';
import { startSharedSpark } from './shared-spark.ts';

/** EMR on this machine in real time, whose steps run real Spark, and a folder for all that there is. */
export interface SparkWorld {
  readonly server: EmrLocal;
  readonly folder: string;
  /** For a runner on it. */
  readonly options: EmrRunnerOptions;
  close(): Promise<void>;
}

export async function openSparkWorld(
  kind: SparkKind,
  more: Partial<EmrLocalOptions> & { readonly shared?: boolean } = {},
): Promise<SparkWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-emr-spark-'));
  for (const [name, value] of Object.entries(sparkEnvironment(kind))) vi.stubEnv(name, value);
  const { shared: isShared = false, ...others } = more;
  const one = isShared ? await startSharedSpark(kind, folder) : undefined;
  for (const [name, value] of Object.entries(one?.environment ?? {})) vi.stubEnv(name, value);
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
