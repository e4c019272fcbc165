/** Raised when Daybook itself is wrong. Never expected, never caught to go on: it ends the command with exit code 1. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Stops at once with `sentence` unless `condition` holds. Always on; for bugs only, never for the state of the world. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence);
}
