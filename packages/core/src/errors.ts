/**
 * The closed list of error codes with the exit code of a command that ends with one. `docs/errors.md` explains each;
 * a test holds the two to each other.
 */
export const errorExitCodes = {
  usage: 2,
  'config-not-found': 2,
  'config-invalid': 2,
  'definition-invalid': 2,
  'task-unknown': 2,
  'task-cycle': 2,
  'parameter-missing': 2,
  'parameter-unknown': 2,
  'parameter-invalid': 2,
  'runner-missing': 2,
  'sql-refused': 2,
  'node-too-old': 2,
  'state-in-use': 2,
  'state-too-new': 2,
  'scheduler-refused': 2,
  'input-unreadable': 3,
  'input-withdrawn': 3,
  'source-failed': 3,
  'job-failed': 3,
  'job-crashed': 3,
  'job-timed-out': 3,
  'sql-failed': 3,
  'memory-exceeded': 3,
  'output-invalid': 3,
  'target-failed': 3,
  'target-refused': 3,
  'part-damaged': 3,
  'manifest-invalid': 3,
  'resource-unknown': 3,
  'no-worker': 3,
  'attempt-expired': 3,
  'cluster-failed': 3,
  'cluster-refused': 3,
  'verify-failed': 3,
  'write-failed': 3,
  'webhook-failed': 3,
  'state-damaged': 3,
  'not-published': 4,
  'control-failed': 5,
  'scheduler-unreachable': 7,
} as const;

export type ErrorCode = keyof typeof errorExitCodes;

/**
 * A fault of the world: bad input, a missing file, a service that does not answer. The message names the thing, the place
 * and the remedy, and holds no secret. Callers match `code`, never the message.
 */
export class DaybookError extends Error {
  override readonly name = 'DaybookError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error as plain JSON: what is reported, journalled and shown. */
export interface ErrorReport {
  readonly code: ErrorCode | 'bug';
  readonly message: string;
  /** Only for a bug in Daybook or in a user's function, and shown only with `--debug`. */
  readonly stack?: string;
}

/** Turns anything thrown into an `ErrorReport`; what is not a `DaybookError` gets `fallback` as its code. */
export function reportOf(thrown: unknown, fallback: ErrorCode | 'bug' = 'bug'): ErrorReport {
  if (thrown instanceof DaybookError) return { code: thrown.code, message: thrown.message };
  if (!(thrown instanceof Error)) return { code: fallback, message: String(thrown) };
  const code = thrown.name === 'AssertionError' ? 'bug' : fallback;
  return { code, message: thrown.message, ...(thrown.stack === undefined ? {} : { stack: thrown.stack }) };
}

/** What of an error leaves the machine on which it happened. */
export function withoutStack(error: ErrorReport): ErrorReport {
  const { stack: _, ...report } = error;
  return report;
}

/** Whether `thrown` is a system error such as Node's file functions throw, with this `code` (`ENOENT`, `EEXIST`, …). */
export function isSystemError(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && (thrown as { code?: unknown }).code === code;
}
