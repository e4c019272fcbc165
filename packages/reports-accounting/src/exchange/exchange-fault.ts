import type { ErrorCode } from '@daybook/core';
import { DaybookError } from '@daybook/core';

/** A fault of the exchange, or of the way to it, that may be gone when asked again. Never leaves this folder. */
export class ExchangeFault extends Error {
  override readonly name = 'ExchangeFault';
  /** What it becomes when asking again did not help. */
  readonly code: ErrorCode;
  /** How long the exchange wants to be left alone. */
  readonly waitMs: number;

  constructor(
    message: string,
    options: { readonly code?: ErrorCode; readonly waitMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = options.code ?? 'source-failed';
    this.waitMs = options.waitMs ?? 0;
  }
}

/** How long to wait and how often to ask again. */
export interface Patience {
  /** How many times to ask again after one fault upon another. */
  readonly retries: number;
  readonly signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

const firstPauseMs = 250;
const longestPauseMs = 30_000;

/**
 * Waits before asking again, longer after each fault upon another; throws a `DaybookError` when there were too many.
 * `faults` counts them, this one included.
 */
export async function pauseAfter(fault: ExchangeFault, faults: number, patience: Patience): Promise<void> {
  if (faults > patience.retries) {
    const times = faults === 1 ? 'once' : `${faults} times`;
    throw new DaybookError(fault.code, `${fault.message} It was asked ${times}; run again later.`, {
      cause: fault,
    });
  }
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (faults - 1)) * (0.5 + patience.random() / 2);
  await patience.sleep(Math.max(pauseMs, Math.min(fault.waitMs, longestPauseMs)), patience.signal);
}

/** Does `work` until it is done, again after each fault of the exchange. */
export async function patiently<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  for (let faults = 1; ; faults += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ExchangeFault)) throw error;
      await pauseAfter(error, faults, patience);
    }
  }
}
