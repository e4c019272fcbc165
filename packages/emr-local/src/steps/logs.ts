import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import type { Failure } from '../service/records.ts';

/** The logs of a step, by the names that EMR gives them. */
export const logNames = ['controller', 'stdout', 'stderr', 'syslog'] as const;

/** The place of a step's logs below the log URI. */
export function logPlace(clusterId: string, stepId: string): string {
  return `${clusterId}/steps/${stepId}`;
}

/** The URI of a step's logs. */
export function logsUri(logUri: string, place: string): string {
  return `${logUri.replace(/\/?$/, '/')}${place}`;
}

/** The URI of the log that tells most of a failure. */
export function stderrUri(logUri: string | undefined, place: string): string | undefined {
  return logUri === undefined ? undefined : `${logsUri(logUri, place)}/stderr.gz`;
}

/**
 * The folder that a log URI stands for: that of a `file://` URI, and for `s3://bucket/prefix` the folder
 * `bucket/prefix` below `logFolder`. Undefined where it would be outside.
 */
export function logFolderOf(logUri: string, logFolder: string): string | undefined {
  if (logUri.startsWith('file:')) return fileURLToPath(logUri);
  const root = resolve(logFolder);
  const folder = join(root, logUri.replace(/^s3[na]?:\/\//, ''));
  return folder.startsWith(`${root}${sep}`) ? folder : undefined;
}

/** Writes the logs of a step that has ended from its own folder to the log URI, compressed. */
export async function publishLogs(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of logNames) {
    await pipeline(
      createReadStream(join(from, name)),
      createGzip(),
      createWriteStream(join(to, `${name}.gz`)),
    );
  }
}

/** What the standard error says of why a program failed: the last line that names an exception. */
export async function failureOf(folder: string, logFile: string | undefined): Promise<Failure> {
  const lines = (await readFile(join(folder, 'stderr'), 'utf8')).split('\n');
  const message = lines.findLast((line) => exceptionLine.test(line))?.slice(0, 1_000);
  return {
    reason: 'Unknown Error.',
    ...(message === undefined ? {} : { message }),
    ...(logFile === undefined ? {} : { logFile }),
  };
}

const exceptionLine = /^(Exception in thread |Caused by: )?[\w.$" ]*(Error|Exception)\b/;
