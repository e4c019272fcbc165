import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SparkKind } from '../../emr-local/test/spark/spark-kinds.ts';
import { quickSparkConf, sparkEnvironment } from '../../emr-local/test/spark/spark-kinds.ts';

/** One Spark that all submissions of the application share. */
export interface SharedSpark {
  /** What hands them over to it. */
  readonly sparkSubmit: string;
  /** What `sparkSubmit` needs in its environment besides that of the Spark. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

const shared = fileURLToPath(new URL('shared-spark', import.meta.url));

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
  return {
    sparkSubmit: join(shared, 'spark-submit'),
    environment: { SHARED_SPARK: socket, REAL_SPARK_SUBMIT: kind.sparkSubmit },
    stop: () => void process.kill(-(child.pid ?? 0), 'SIGKILL'),
  };
}
