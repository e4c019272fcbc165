/** What went wrong: an option that cannot be used, a day that is not there yet, an address that is taken. */
export type SimulatorErrorCode = 'bad-option' | 'day-not-closed' | 'cannot-listen';

/**
 * The only error the simulator throws on purpose. Match `code`; the message is a sentence that names the
 * thing and the remedy.
 */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SimulatorError';
    this.code = code;
  }
}
