import { gunzipSync } from 'node:zlib';
import { DaybookError } from '@daybook/core';
import { areReadAlike } from '../documents/open-documents.ts';
import type { Setting } from './setting.ts';

/** How often is looked whether logs have come. */
const lookMs = 5_000;
/** A log that is longer is not looked into. */
const mostBytes = 64 * 2 ** 20;

/**
 * The cause of a failure as the logs below `folder` have it, in a line. Waits for them, for EMR brings them some minutes after
 * the end of a step. Undefined where they do not come, cannot be read, or say nothing of it.
 */
export async function causeInLogs(
  { documents, here, patience, options }: Setting,
  folder: string,
  stop: AbortSignal,
): Promise<string | undefined> {
  if (!areReadAlike(folder, options.scratch)) return undefined;
  const untilMs = here.nowMs() + patience.logsMs;
  for (;;) {
    try {
      // Spark sends what a Python program writes to its standard error to its standard output.
      const logs = [await documents.read(`${folder}stdout.gz`), await documents.read(`${folder}stderr.gz`)];
      const texts = logs.filter((log) => log !== undefined).map(textOf);
      if (texts.length > 0) return texts.map(causeIn).find((cause) => cause !== undefined);
    } catch (error) {
      if (error instanceof DaybookError) return undefined;
      throw error;
    }
    if (stop.aborted || here.nowMs() >= untilMs) return undefined;
    await here.pause(lookMs, stop);
  }
}

/** What a log says last of an error: what a traceback of Python ends with, else the last line that names an exception. */
export function causeIn(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trimEnd());
  const traceback = lines.lastIndexOf('Traceback (most recent call last):');
  const thrown = traceback < 0 ? undefined : lines.slice(traceback + 1).find((line) => /^\S/.test(line));
  return (thrown ?? lines.findLast((line) => exception.test(line)))?.slice(0, 500);
}

const exception = /^(Exception in thread "[^"]*" |Caused by: )?[A-Za-z_][\w.$]*(Error|Exception)\b(:.*)?$/;

function textOf(log: Uint8Array): string {
  try {
    return gunzipSync(log, { maxOutputLength: mostBytes }).toString('utf8');
  } catch {
    return '';
  }
}
