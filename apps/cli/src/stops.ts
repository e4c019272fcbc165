import { interruptedExitCode, onSignals } from './interrupts.ts';

/** Aborts with the first, and with the second Ctrl-C or SIGTERM; the third ends the process at once. */
export interface Stops extends Disposable {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
}

export function watchStops(told: { readonly first: () => void; readonly second: () => void }): Stops {
  const first = new AbortController();
  const second = new AbortController();
  const onSignal = (): void => {
    if (second.signal.aborted) process.exit(interruptedExitCode);
    if (first.signal.aborted) {
      told.second();
      second.abort();
    } else {
      told.first();
      first.abort();
    }
  };
  return { first: first.signal, second: second.signal, ...onSignals(onSignal) };
}
