import { DaybookError } from './errors.ts';
import type { Request, Response } from './scheduler/protocol.ts';

/**
 * The way to a scheduler, in this process or behind HTTP: a worker cannot tell. What the scheduler does not take is answered
 * with `refused`. It throws a `DaybookError` of the code `scheduler-unreachable` where there was no answer: then the same is
 * asked again. When `signal` aborts, a question that waits may end before its answer: it then throws the signal's reason.
 * Anything else that it throws is final.
 */
export type SchedulerPort = (request: Request, signal?: AbortSignal) => Promise<Response>;

export function isUnreachable(error: unknown): boolean {
  return error instanceof DaybookError && error.code === 'scheduler-unreachable';
}

/** A request of a worker's that the scheduler does not take, which ends the worker. */
export function refusedError(asked: Request['kind'], why: string): DaybookError {
  return new DaybookError('scheduler-refused', `The scheduler refuses a ${asked} of this worker: ${why}`);
}

const firstDelayMs = 500;
const longestDelayMs = 10_000;

/** How long to wait before asking for the `tries`th time again: doubling from half a second, with jitter of half either way. */
export function askAgainMs(tries: number, random: () => number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1)) * (0.5 + random());
}
