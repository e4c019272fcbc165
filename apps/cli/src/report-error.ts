import type { ErrorCode } from '@daybook/core';
import { errorExitCodes, reportOf } from '@daybook/core';
import { isDaybookError } from './load-config.ts';
import type { Output } from './terminal/output.ts';

/** Tells an error that ended the command, and gives its exit code. What is no DaybookError is a bug. */
export async function reportError(
  error: unknown,
  words: readonly string[],
  out: Output,
  err: Output,
): Promise<number> {
  const debug = words.includes('--debug');
  const known = isDaybookError(error);
  const code: ErrorCode | 'bug' = known ? error.code : 'bug';
  const said = reportOf(error).message;
  const message = known ? said : `This is a bug in Daybook: ${said}`;
  // Where standard output has failed, the error cannot go there.
  if (words.includes('--json') && code !== 'write-failed') {
    await out.write(`${JSON.stringify({ outcome: 'error', error: { code, message } })}\n`);
  } else {
    await err.write(known ? `error: ${message} [${code}]\n` : `error: ${message}\n`);
    if (!known && !debug) await err.write('Run it again with --debug to see where, and report it.\n');
  }
  if (debug) await err.write(`${traceOf(error)}\n`);
  return code === 'bug' ? 1 : errorExitCodes[code];
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
