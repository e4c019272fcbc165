import type { Agent, IncomingMessage } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { protocolHeader, protocolVersion } from '../api/protocol-version.ts';

/** One question over HTTP. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
  readonly token: string;
  readonly agent: Agent;
  /** How long the whole answer may take. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  /** What the server says that it speaks; undefined of what is no scheduler. */
  readonly protocol: string | undefined;
  readonly body: string;
}

/** An answer that is longer than this is none of ours. */
const answerMaxBytes = 512 * 1024 ** 2;

/** Asks once. Rejects where no whole answer came. */
export function exchange(question: Question): Promise<HttpAnswer> {
  const { url, method, token, agent, body, timeoutMs, signal } = question;
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = ask(url, {
      method,
      agent,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        accept: 'application/json, application/problem+json',
        authorization: `Bearer ${token}`,
        [protocolHeader]: String(protocolVersion),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    const late = setTimeout(
      () => request.destroy(new Error(`no whole answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const end = (settle: () => void): void => {
      clearTimeout(late);
      settle();
    };
    request.once('error', (error) => end(() => reject(error)));
    request.once('response', (response) => {
      readAnswer(response).then(
        (answer) => end(() => resolve(answer)),
        (error: unknown) => end(() => reject(error)),
      );
    });
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerMaxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  const protocol = response.headers[protocolHeader];
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'] ?? '',
    protocol: Array.isArray(protocol) ? protocol[0] : protocol,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
