import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServerKind } from './server-kinds.ts';

/** A server of the tests, on a free port, empty. */
export interface RunningServer {
  readonly endpoint: string;
  /** Where it keeps its data, if on the disk. It goes with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

const guard = fileURLToPath(new URL('guard.ts', import.meta.url));
const longestStartMs = 40_000;

/** Starts a server with data of its own, and waits until it answers. It ends with this process at the latest. */
export async function startServer(kind: ServerKind): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const server = await tryToStart(kind, port);
    if (server !== undefined) return server;
    // Another process may have taken the port meanwhile.
    if (attempt === 3) throw new Error(`${kind.name} ${kind.version} did not start.`);
  }
}

async function tryToStart(kind: ServerKind, port: number): Promise<RunningServer | undefined> {
  const data = mkdtempSync(join(tmpdir(), `daybook-${kind.name}-`));
  const child = spawn(process.execPath, [guard, data, kind.program, ...kind.words(port, data)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...kind.environment },
    // A group of its own: an interrupt at the terminal must not end the guard before the server.
    detached: true,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.ref();
    child.stdin?.end();
    await once(child, 'exit');
  };
  if (await answers(child, endpoint)) {
    child.unref();
    return { endpoint, folder: data, stop };
  }
  await stop();
  return undefined;
}

async function answers(child: ChildProcess, endpoint: string): Promise<boolean> {
  const untilMs = performance.now() + longestStartMs;
  while (child.exitCode === null && performance.now() < untilMs) {
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer !== undefined) return true;
    await wait(50);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
