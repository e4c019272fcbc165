import type { SubmittedTask } from '@daybook/core';

/** Requests of the protocol, as a client and a worker send them. */
export function submitOf(run: string, count: number): Readonly<Record<string, unknown>> {
  return {
    kind: 'submit',
    run,
    today: '2018-07-25',
    tasks: Array.from({ length: count }, (_, index) => taskOf(`t/number=${index}`)),
  };
}

export function taskOf(task: string, facts: Partial<SubmittedTask> = {}): SubmittedTask {
  return {
    task,
    name: 't',
    after: [],
    state: 'pending',
    runner: 'local',
    priority: 0,
    resources: {},
    wish: { seen: 0 },
    ...facts,
  };
}

export const published = { kind: 'published', version: 1, reason: { kind: 'missing' }, rows: 1 };

/** The attempt id of a number: 32 hex digits. */
export function attemptId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

export function nextOf(worker: string, ...attempts: readonly string[]): Readonly<Record<string, unknown>> {
  return { kind: 'next', worker, runners: ['local'], attempts };
}

export function reportOf(
  worker: string,
  attempt: string,
  end: unknown = published,
): Readonly<Record<string, unknown>> {
  return { kind: 'report', worker, attempt, end };
}
