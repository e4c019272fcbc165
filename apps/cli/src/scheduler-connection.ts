import type { SchedulerClient, SchedulerClientOptions } from '@daybook/scheduler';
import { schedulerClient } from '@daybook/scheduler';
import type { Options } from './invocation.ts';

const defaultUrl = 'http://127.0.0.1:8766';

/** The central scheduler that a command line means. */
export function schedulerUrl({ scheduler = defaultUrl }: Options): string {
  return scheduler;
}

/** A client for it, with the token of the environment. */
export function connect(
  options: Options,
  others: Omit<SchedulerClientOptions, 'url' | 'token'> = {},
): SchedulerClient {
  const token = process.env['DAYBOOK_TOKEN'] ?? '';
  return schedulerClient({ url: schedulerUrl(options), token, ...others });
}

/** How long a person waits for a scheduler that does not answer. */
export const personsPatienceMs = 5_000;

/** Asks it something, and lets go of the connection. */
export async function withScheduler<T>(
  options: Options,
  ask: (client: SchedulerClient) => Promise<T>,
): Promise<T> {
  const client = connect(options, { giveUpMs: personsPatienceMs });
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}

/** The options by which another command line asks the same scheduler. */
export function sameScheduler({ scheduler }: Options): readonly string[] {
  return scheduler === undefined ? [] : ['--scheduler', scheduler];
}
