import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Role, SchedulerServer, SchedulerServerOptions } from '../src/index.ts';
import { createToken, startScheduler } from '../src/index.ts';

/** A folder of its own for one test, removed after it. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-scheduler-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Running extends SchedulerServer {
  readonly state: string;
  readonly tokens: Readonly<Record<Role, string>>;
  /** Every line of the log, as it was written. */
  readonly lines: readonly string[];
  /** Sends one request with an operator's token, or with another. */
  fetch(
    path: string,
    options?: { readonly role?: Role; readonly body?: unknown; readonly init?: RequestInit },
  ): Promise<Response>;
  post(
    request: unknown,
    role?: Role,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
}

/** A real server on a free port, stopped after the test. */
export async function running(options: Partial<SchedulerServerOptions> = {}): Promise<Running> {
  const state = options.state ?? emptyFolder();
  const tokens = {
    worker: createToken(state, 'worker').token,
    operator: createToken(state, 'operator').token,
    reader: createToken(state, 'reader').token,
  };
  const lines: string[] = [];
  const server = await startScheduler({
    port: 0,
    log: { to: { write: (line) => void lines.push(line) } },
    ...options,
    state,
  });
  onTestFinished(() => server.stop());
  const send: Running['fetch'] = (path, { role = 'operator', body, init } = {}) =>
    fetch(`${server.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      ...init,
      headers: {
        authorization: `Bearer ${tokens[role]}`,
        'content-type': 'application/json',
        ...init?.headers,
      },
    });
  return {
    ...server,
    state,
    tokens,
    lines,
    fetch: send,
    post: async (request, role) => {
      const answer = await send('/v1/requests', { body: request, ...(role === undefined ? {} : { role }) });
      return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
    },
  };
}
