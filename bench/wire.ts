import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One request that went by, and how many bytes its answer had. */
export interface Passed {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  bytes: number;
}

/** A way to a server on which requests are counted, and take longer if asked for. */
export interface Wire {
  readonly endpoint: string;
  /** What went by since it was last asked. */
  taken(): readonly Passed[];
  close(): Promise<void>;
}

export async function openWire(endpoint: string, delayMs = 0): Promise<Wire> {
  let passed: Passed[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const noted: Passed = { method: request.method ?? '', url: request.url ?? '', bytes: 0 };
    passed.push(noted);
    const go = async (): Promise<void> => {
      if (delayMs > 0) await wait(delayMs);
      const { method = 'GET', headers } = request;
      const onward = send(new URL(noted.url, endpoint), { method, headers, agent });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      answer.on('data', (chunk: Uint8Array) => (noted.bytes += chunk.length));
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    };
    go().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const all = passed;
      passed = [];
      return all;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
