/** What went wrong outside the protocol: an option that cannot be used, an address that is taken. */
export type EmrLocalErrorCode = 'bad-option' | 'cannot-listen';

/**
 * The only error that emr-local throws on purpose at who starts or controls it. Match `code`; the message is a sentence
 * that names the thing and the remedy. What a client of the service is told is a `ServiceError`.
 */
export class EmrLocalError extends Error {
  readonly code: EmrLocalErrorCode;

  constructor(code: EmrLocalErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'EmrLocalError';
    this.code = code;
  }
}

/** A value as a message shows it. */
export function said(value: unknown): string {
  return value === undefined ? 'left out' : JSON.stringify(value).slice(0, 80);
}
