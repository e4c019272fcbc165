import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { EmrLocalError } from '../errors.ts';

/**
 * The path of spark-submit: the one given, which must be there, else that of SPARK_HOME, else the first on PATH, else
 * none. Throws `bad-option`.
 */
export function findSparkSubmit(given: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (given !== undefined) {
    const path = resolve(given);
    if (isProgram(path)) return path;
    throw new EmrLocalError('bad-option', `--spark-submit ${given} is not a program that can be run.`);
  }
  const home = env['SPARK_HOME'];
  const places = [
    ...(home === undefined ? [] : [join(home, 'bin')]),
    ...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  ];
  return places.map((folder) => resolve(folder, 'spark-submit')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
