/** What went wrong: an option or argument that cannot be used, or a day that is not there yet. */
export type SimulatorErrorCode = 'bad-option' | 'day-not-closed';

/**
 * The only error the simulator throws on purpose. Match `code`; the message is a sentence that names the
 * thing and the remedy.
 */
export class SimulatorError extends Error {
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string) {
    super(message);
    this.name = 'SimulatorError';
    this.code = code;
  }
}
