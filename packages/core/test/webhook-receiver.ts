import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A post as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when so many posts have come. */
  came(count: number): Promise<void>;
}

/** How a receiver answers one post; the last answer of a list is that of all later ones. */
export type Answering = (response: ServerResponse) => void;

export const ok: Answering = (response) => void response.end('ok');
export const hang: Answering = () => undefined;
export const reset: Answering = (response) => void response.socket?.destroy();

export function status(code: number, body = '', headers: Readonly<Record<string, string>> = {}): Answering {
  return (response) => void response.writeHead(code, headers).end(body);
}

/** A server for webhooks on this machine, until the test ends. */
export async function receiver(...answers: readonly Answering[]): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, path: url, headers, body: Buffer.concat(pieces).toString() });
      const answer = answers[Math.min(received.length, answers.length) - 1] ?? ok;
      answer(response);
      for (const each of waiting) each();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/hush`,
    received,
    came: async (count) =>
      await new Promise((resolve) => {
        const look = (): void => {
          if (received.length >= count) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
