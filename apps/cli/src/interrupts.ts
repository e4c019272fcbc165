import type { Runner } from '@daybook/core';

/** Turns the first Ctrl-C (or SIGTERM) into an abort; the second ends the process at once, children too. */
export interface Interrupts extends Disposable {
  readonly signal: AbortSignal;
}

/** The exit code of a command that was interrupted. */
export const interruptedExitCode = 130;
const longestCloseMs = 2000;

export function watchInterrupts(runners: readonly Runner[], onFirst: () => void): Interrupts {
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) {
      setTimeout(() => process.exit(interruptedExitCode), longestCloseMs).unref();
      void Promise.allSettled(runners.map(async (runner) => await runner.close?.())).then(() =>
        process.exit(interruptedExitCode),
      );
      return;
    }
    abort.abort();
    onFirst();
  };
  return { signal: abort.signal, ...onSignals(onSignal) };
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Calls `act` with each Ctrl-C or SIGTERM, until it is disposed of. */
export function onSignals(act: () => void): Disposable {
  for (const signal of signals) process.on(signal, act);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, act);
    },
  };
}

/** Ends a command that has nothing to put in order as soon as it is interrupted. */
export function endWhenInterrupted(): void {
  onSignals(() => process.exit(interruptedExitCode));
}
